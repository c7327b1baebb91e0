package bench;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The sum of each key's numbers, one output for each input: Flink's way. */
final class RunningSum extends RichMapFunction<Tuple2<String, Double>, Tuple2<String, Double>> {
  static final TypeInformation<Tuple2<String, Double>> TYPE =
      Types.TUPLE(Types.STRING, Types.DOUBLE);

  private transient ValueState<Double> sum;
  private final Tuple2<String, Double> out = new Tuple2<>();

  static DataStream<Tuple2<String, Double>> of(DataStream<Tuple2<String, Double>> numbers) {
    return numbers.keyBy(number -> number.f0, Types.STRING).map(new RunningSum()).returns(TYPE);
  }

  @Override
  public void open(OpenContext context) {
    sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Types.DOUBLE));
  }

  @Override
  public Tuple2<String, Double> map(Tuple2<String, Double> number) throws Exception {
    final Double before = sum.value();
    out.f0 = number.f0;
    out.f1 = before == null ? number.f1 : before + number.f1;
    sum.update(out.f1);
    return out;
  }
}
