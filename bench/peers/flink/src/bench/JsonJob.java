package bench;

import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Documents with `amount` above 500: running sum of the amounts by country. */
final class JsonJob {
  static void add(StreamExecutionEnvironment environment, Options options) {
    final DataStream<byte[]> documents = Topics.source(environment, options,
        new InputRecord<>(
            PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO, record -> record.value()));
    final FlatMapFunction<byte[], Tuple2<String, Double>> large = (document, out) -> {
      final Order order = Order.parse(document);
      if (order.amount() > 500)
        out.collect(Tuple2.of(order.country(), order.amount()));
    };
    RunningSum.of(documents.flatMap(large).returns(RunningSum.TYPE))
        .sinkTo(Topics.sink(options,
            (topic, sum) -> OutputRecord.of(topic, sum.f0, Double.doubleToRawLongBits(sum.f1))));
  }
}
