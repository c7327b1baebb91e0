package bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The input topic as a source, the output topic as a transactional sink. */
final class Topics {
  /** With until=end bounded by the ends of the topic as they are now. */
  static <T> DataStream<T> source(StreamExecutionEnvironment environment, Options options,
      KafkaRecordDeserializationSchema<T> deserializer) {
    final KafkaSourceBuilder<T> source =
        KafkaSource.<T>builder()
            .setBootstrapServers(options.text("brokers"))
            .setTopics(options.text("in"))
            .setGroupId(options.text("application"))
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setDeserializer(deserializer)
            .setProperty("isolation.level", "read_committed")
            // The offsets are in the checkpoints; nobody reads those of the group.
            .setProperty("commit.offsets.on.checkpoint", "false")
            .setProperty("enable.auto.commit", "false")
            .setProperty("register.consumer.metrics", "false")
            .setProperty("max.poll.records", "5000")
            .setProperty("max.partition.fetch.bytes", "4194304");
    if (!options.text("until", "end").equals("stopped")) {
      source.setBounded(OffsetsInitializer.offsets(ends(options)));
    }
    return environment.fromSource(source.build(), WatermarkStrategy.noWatermarks(), "input");
  }

  static <T> KafkaSink<T> sink(Options options, OutputRecord.Encoder<T> encoder) {
    final Properties producer = new Properties();
    producer.put("acks", "all");
    producer.put("compression.type", "lz4");
    producer.put("linger.ms", "20");
    producer.put("batch.size", "262144");
    producer.put("buffer.memory", "67108864");
    producer.put("transaction.timeout.ms", "600000"); // its default is above the broker's limit
    producer.put("register.producer.metrics", "false");
    return KafkaSink.<T>builder()
        .setBootstrapServers(options.text("brokers"))
        .setKafkaProducerConfig(producer)
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(options.text("application"))
        // A few transactional ids, used again; the default takes a new one for each checkpoint.
        .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
        .setRecordSerializer(new OutputRecord<>(options.text("out"), encoder))
        .build();
  }

  private static Map<TopicPartition, Long> ends(Options options) {
    final Properties settings = new Properties();
    settings.put("bootstrap.servers", options.text("brokers"));
    final ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, bytes, bytes)) {
      final List<TopicPartition> partitions =
          consumer.partitionsFor(options.text("in"))
              .stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      return new HashMap<>(consumer.endOffsets(partitions));
    }
  }
}
