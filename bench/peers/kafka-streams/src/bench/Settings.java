package bench;

import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The settings that served Kafka Streams best on these jobs; what is not named has its default. */
final class Settings {
  static Properties of(Options options) {
    final Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, options.text("application"));
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, options.text("brokers"));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, options.text("dir"));
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, options.number("interval_ms", 100));
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.OPTIMIZE);
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, Store.cacheBytes(options));
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 5000);
    addConsumer(settings);
    addProducer(settings);
    return settings;
  }

  private static void addConsumer(Properties settings) {
    consumer(settings, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
    consumer(settings, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 2 << 20);
    consumer(settings, ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 << 20);
    consumer(settings, ConsumerConfig.RECEIVE_BUFFER_CONFIG, -1);
    // A static member: after a kill -9 a dynamic one is waited for until its session ends, 45 s.
    consumer(settings, ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "bench");
    settings.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
  }

  private static void addProducer(Properties settings) {
    producer(settings, ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    producer(settings, ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    producer(settings, ProducerConfig.BUFFER_MEMORY_CONFIG, 128 << 20);
    producer(settings, ProducerConfig.SEND_BUFFER_CONFIG, -1);
  }

  private static void consumer(Properties settings, String name, Object value) {
    settings.put(StreamsConfig.consumerPrefix(name), value);
  }

  private static void producer(Properties settings, String name, Object value) {
    settings.put(StreamsConfig.producerPrefix(name), value);
  }
}
