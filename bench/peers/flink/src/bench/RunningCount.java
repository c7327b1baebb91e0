package bench;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;

/** How often each key was met, one output for each input: Flink's way. */
final class RunningCount extends RichMapFunction<String, Tuple2<String, Long>> {
  private static final TypeInformation<Tuple2<String, Long>> TYPE =
      Types.TUPLE(Types.STRING, Types.LONG);

  private transient ValueState<Long> count;
  private final Tuple2<String, Long> out = new Tuple2<>();

  static DataStream<Tuple2<String, Long>> of(DataStream<String> keys) {
    return keys.keyBy(key -> key, Types.STRING).map(new RunningCount()).returns(TYPE);
  }

  @Override
  public void open(OpenContext context) {
    count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
  }

  @Override
  public Tuple2<String, Long> map(String key) throws Exception {
    final Long before = count.value();
    out.f0 = key;
    out.f1 = before == null ? 1 : before + 1;
    count.update(out.f1);
    return out;
  }
}
