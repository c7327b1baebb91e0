package verifier;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads topics without a group, so that reading leaves no trace on the broker. */
final class Topics implements AutoCloseable {
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration MARKERS_TIMEOUT = Duration.ofSeconds(10);

  private final String brokers;
  private final Admin admin;

  Topics(String brokers) {
    this.brokers = brokers;
    this.admin = Admin.create(Map.of("bootstrap.servers", brokers));
  }

  Admin admin() { return admin; }

  /**
   * Returns once every partition is served. A producer that came earlier could lose its first batch
   * to "unknown partition" and have its second one taken, which makes the first one out of order:
   * it would be sent again and again, for two minutes, and then given up.
   */
  void createIfAbsent(String topic, int partitions) throws Exception {
    try {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
    } catch (ExecutionException failure) {
      if (!(failure.getCause() instanceof TopicExistsException))
        throw failure;
    }
    awaitMetadata(topic);
    ends(topic, IsolationLevel.READ_UNCOMMITTED); // asks each leader, until it answers
  }

  /** The metadata of a topic may be behind its creation. */
  private void awaitMetadata(String topic) throws Exception {
    final long deadline = System.nanoTime() + READ_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        partitions(topic);
        return;
      } catch (ExecutionException failure) {
        if (!(failure.getCause() instanceof UnknownTopicOrPartitionException))
          throw failure;
      }
      Thread.sleep(20);
    }
    throw new IllegalStateException(topic + " is not there after its creation");
  }

  List<TopicPartition> partitions(String topic) throws Exception {
    final int count =
        admin.describeTopics(Set.of(topic)).allTopicNames().get().get(topic).partitions().size();
    final List<TopicPartition> all = new ArrayList<>();
    for (int i = 0; i < count; i++) all.add(new TopicPartition(topic, i));
    return all;
  }

  /** The end that a reader of this isolation can reach: last stable offset, or high watermark. */
  Map<TopicPartition, Long> ends(String topic, IsolationLevel isolation) throws Exception {
    final Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (TopicPartition partition : partitions(topic)) wanted.put(partition, OffsetSpec.latest());
    final Map<TopicPartition, Long> ends = new HashMap<>();
    admin.listOffsets(wanted, new ListOffsetsOptions(isolation))
        .all()
        .get()
        .forEach((partition, info) -> ends.put(partition, info.offset()));
    return ends;
  }

  KafkaConsumer<byte[], byte[]> consumerFromStart(String topic, IsolationLevel isolation)
      throws Exception {
    final KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
        Map.of("bootstrap.servers", brokers, "isolation.level", isolation.toString().toLowerCase(),
            "enable.auto.commit", false, "auto.offset.reset", "none", "fetch.max.wait.ms", 20),
        new ByteArrayDeserializer(), new ByteArrayDeserializer());
    final List<TopicPartition> partitions = partitions(topic);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  /**
   * A commit is acknowledged before its markers are in every partition: gives them time to arrive,
   * so that what is decided is also readable. A transaction that stays open is not waited for
   * longer.
   */
  void awaitMarkers(String topic) throws Exception {
    final long deadline = System.nanoTime() + MARKERS_TIMEOUT.toNanos();
    while (!ends(topic, IsolationLevel.READ_COMMITTED)
                .equals(ends(topic, IsolationLevel.READ_UNCOMMITTED))
        && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
  }

  /** Hands every record below today's end to `each`, per partition in offset order. */
  void read(String topic, IsolationLevel isolation, Consumer<Seen> each) throws Exception {
    awaitMarkers(topic);
    try (KafkaConsumer<byte[], byte[]> consumer = consumerFromStart(topic, isolation)) {
      drain(consumer, ends(topic, isolation), each);
    }
  }

  /** Reads on until every position has reached `ends`; positions pass control markers. */
  static void drain(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends, Consumer<Seen> each) {
    final long deadline = System.nanoTime() + READ_TIMEOUT.toNanos();
    while (ends.entrySet().stream().anyMatch(
        end -> consumer.position(end.getKey()) < end.getValue())) {
      if (System.nanoTime() > deadline)
        throw new IllegalStateException("end not reached within " + READ_TIMEOUT);
      consumer.poll(Duration.ofMillis(100)).forEach(record -> {
        if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
          each.accept(Seen.of(record));
        }
      });
    }
  }

  List<Seen> readCommitted(String topic) throws Exception {
    final List<Seen> all = new ArrayList<>();
    read(topic, IsolationLevel.READ_COMMITTED, all::add);
    return all;
  }

  @Override
  public void close() {
    admin.close();
  }
}
