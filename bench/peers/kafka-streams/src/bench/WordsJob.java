package bench;

import java.util.Arrays;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Produced;

/** Running count per word of lines of words. A word crosses the repartition topic once, as key. */
final class WordsJob {
  private static final byte[] EMPTY = {};

  static void add(StreamsBuilder builder, Options options) {
    builder.stream(options.text("in"), Consumed.with(Serdes.ByteArray(), Serdes.String()))
        .flatMapValues(line -> Arrays.asList(line.split(" ")))
        .map((key, word) -> KeyValue.pair(word, EMPTY))
        .groupByKey(Grouped.with("words", Serdes.String(), Serdes.ByteArray()))
        .count(Store.of(options, Serdes.String(), Serdes.Long()))
        .toStream()
        .to(options.text("out"), Produced.with(Serdes.String(), Serdes.Long()));
  }
}
