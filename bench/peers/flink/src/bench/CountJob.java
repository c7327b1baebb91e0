package bench;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Running count per key. */
final class CountJob {
  static void add(StreamExecutionEnvironment environment, Options options) {
    final Pace pace = new Pace(options.number("rate", 0));
    DataStream<String> keys = Topics.source(environment, options,
        new InputRecord<>(Types.STRING, record -> InputRecord.text(record.key())));
    if (pace.isOn()) {
      keys = keys.filter(key -> {
        pace.next();
        return true;
      });
    }
    RunningCount.of(keys).sinkTo(
        Topics.sink(options, (topic, count) -> OutputRecord.of(topic, count.f0, count.f1)));
  }
}
