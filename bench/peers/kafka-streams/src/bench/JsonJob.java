package bench;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Produced;

/** Documents with `amount` above 500: running sum of the amounts by country. */
final class JsonJob {
  static void add(StreamsBuilder builder, Options options) {
    builder.stream(options.text("in"), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .mapValues(Order::parse)
        .filter((key, order) -> order.amount() > 500)
        .map((key, order) -> KeyValue.pair(order.country(), order.amount()))
        .groupByKey(Grouped.with("countries", Serdes.String(), Serdes.Double()))
        .reduce(Double::sum, Store.of(options, Serdes.String(), Serdes.Double()))
        .toStream()
        .to(options.text("out"), Produced.with(Serdes.String(), Serdes.Double()));
  }
}
