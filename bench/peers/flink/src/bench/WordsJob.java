package bench;

import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Running count per word of lines of words. */
final class WordsJob {
  static void add(StreamExecutionEnvironment environment, Options options) {
    final DataStream<String> lines = Topics.source(environment, options,
        new InputRecord<>(Types.STRING, record -> InputRecord.text(record.value())));
    final FlatMapFunction<String, String> split = (line, out) -> {
      for (String word : line.split(" ")) out.collect(word);
    };
    RunningCount.of(lines.flatMap(split).returns(Types.STRING))
        .sinkTo(Topics.sink(options, (topic, count) -> OutputRecord.of(topic, count.f0, count.f1)));
  }
}
