package bench;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;

/** Running count per key. Keys stay bytes: nothing decodes them. */
final class CountJob {
  static void add(StreamsBuilder builder, Options options) {
    final Pace pace = new Pace(options.number("rate", 0));
    KStream<Bytes, byte[]> records =
        builder.stream(options.text("in"), Consumed.with(Serdes.Bytes(), Serdes.ByteArray()));
    if (pace.isOn())
      records = records.peek((key, value) -> pace.next());
    records.groupByKey()
        .count(Store.of(options, Serdes.Bytes(), Serdes.Long()))
        .toStream()
        .to(options.text("out"), Produced.with(Serdes.Bytes(), Serdes.Long()));
  }
}
