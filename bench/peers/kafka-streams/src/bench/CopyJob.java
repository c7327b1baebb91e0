package bench;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/** Every record, unchanged. */
final class CopyJob {
  static void add(StreamsBuilder builder, Options options) {
    builder.stream(options.text("in"), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .to(options.text("out"), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
  }
}
