package bench;

import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Every record, unchanged: key, value and timestamp. */
final class CopyJob {
  private static final TypeInformation<byte[]> BYTES =
      PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;

  static void add(StreamExecutionEnvironment environment, Options options) {
    final InputRecord<Tuple3<byte[], byte[], Long>> records =
        new InputRecord<>(Types.TUPLE(BYTES, BYTES, Types.LONG),
            record -> Tuple3.of(record.key(), record.value(), record.timestamp()));
    Topics.source(environment, options, records)
        .sinkTo(Topics.sink(options,
            (topic, record) -> new ProducerRecord<>(topic, null, record.f2, record.f0, record.f1)));
  }
}
