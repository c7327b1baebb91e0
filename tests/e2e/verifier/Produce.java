package verifier;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes input that can be checked without knowing the program under test: a committed record has
 * the value KEY#N, N counting 1, 2, 3 ... per key over the committed records only; a record of an
 * aborted transaction has the value "aborted KEY#N" and must never have an effect. With --deletes
 * some records have a null value instead, and count as well. The same options
 * and seed give the same records in the same transactions.
 */
final class Produce {
  private static final int VOCABULARY = 1000;

  private final Options options;
  private final Random random;
  private final Map<String, Long> committed = new HashMap<>(); // key -> last committed N
  private final Map<String, Long> open = new HashMap<>(); // the same within the open transaction
  private long records = 0;

  Produce(Options options) {
    this.options = options;
    this.random = new Random(options.number("seed", 1));
  }

  int run() throws Exception {
    final String topic = options.get("topic");
    final int partitions = options.number("partitions", 4);
    final int total = options.number("records", 1000);
    final int perTransaction = options.number("transaction", 100);
    final int perSecond = options.number("rate", 0);
    final double aborts = options.fraction("aborts", 0.1);
    try (Topics topics = new Topics(options.get("brokers"))) {
      topics.createIfAbsent(topic, partitions);
    }
    final Path until = options.has("until") ? Path.of(options.get("until")) : null;
    int sent = 0;
    long aborted = 0;
    final long begin = System.nanoTime();
    KafkaProducer<byte[], byte[]> producer = started(topic);
    while (sent < total && (until == null || !Files.exists(until))) {
      final boolean abort = random.nextDouble() < aborts;
      final int count = Math.min(perTransaction, total - sent);
      open.clear();
      Future<RecordMetadata> first = null;
      boolean done;
      try {
        producer.beginTransaction();
        for (int i = 0; i < count; i++) {
          final Future<RecordMetadata> each = producer.send(next(topic, partitions, abort));
          first = first == null ? each : first;
        }
        producer.flush(); // an abort of what was never sent would prove nothing
        if (abort)
          producer.abortTransaction();
        else
          producer.commitTransaction();
        done = true;
      } catch (KafkaException error) {
        System.err.println("produce: starting anew after " + error);
        producer.close(Duration.ZERO);
        producer = started(topic); // decides what was left open
        done = !abort && isCommitted(first);
      }
      if (abort) {
        aborted += count;
      } else if (done) {
        committed.putAll(open);
        sent += count;
      }
      if (perSecond > 0)
        pause(begin + sent * 1_000_000_000L / perSecond);
    }
    producer.close();
    System.out.println("ok    produce: " + sent + " committed records, " + aborted + " aborted");
    return 0;
  }

  /**
   * Whether a read_committed reader gets the record: brokers with the newer transaction protocol
   * end a transaction now and then by themselves, and then refuse its producer for good.
   */
  private boolean isCommitted(Future<RecordMetadata> record) throws InterruptedException {
    if (record == null)
      return false;
    final RecordMetadata place;
    try {
      place = record.get();
    } catch (ExecutionException neverWritten) {
      return false;
    }
    final TopicPartition partition = new TopicPartition(place.topic(), place.partition());
    try (KafkaConsumer<byte[], byte[]> reader =
             new KafkaConsumer<>(Map.of("bootstrap.servers", options.get("brokers"),
                                     "isolation.level", "read_committed"),
                 new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      reader.assign(List.of(partition));
      reader.seek(partition, place.offset());
      while (reader.position(partition) <= place.offset()) {
        for (ConsumerRecord<byte[], byte[]> found : reader.poll(Duration.ofMillis(100))) {
          if (found.offset() == place.offset())
            return true;
        }
      }
      return false;
    }
  }

  private KafkaProducer<byte[], byte[]> started(String topic) {
    final KafkaProducer<byte[], byte[]> producer = producer(topic);
    producer.initTransactions();
    return producer;
  }

  private KafkaProducer<byte[], byte[]> producer(String topic) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", options.get("brokers"), "transactional.id", "verifier-" + topic,
            "linger.ms", 5, "compression.type", "lz4"),
        new ByteArraySerializer(), new ByteArraySerializer());
  }

  private ProducerRecord<byte[], byte[]> next(String topic, int partitions, boolean abort) {
    final String mark = abort ? "aborted " : "";
    final int partition = (int) (records++ % partitions);
    if (options.choice("mode", "keyed", "lines").equals("lines")) {
      return new ProducerRecord<>(topic, partition, null, bytes(mark + line()));
    }
    final boolean keyless = random.nextDouble() < options.fraction("nulls", 0);
    final String key =
        keyless ? "null-" + partition : "k" + random.nextInt(options.number("keys", 50));
    final long number = open.getOrDefault(key, committed.getOrDefault(key, 0L)) + 1;
    open.put(key, number);
    final double deletes = options.fraction("deletes", 0);
    final boolean deleted = !keyless && deletes > 0 && random.nextDouble() < deletes;
    final byte[] value = deleted ? null : bytes(mark + key + "#" + number);
    if (keyless)
      return new ProducerRecord<>(topic, partition, null, value);
    return new ProducerRecord<>(topic, bytes(key), value); // partition: murmur2 of the key
  }

  /** Words with small numbers are frequent, so that counts grow and every batch shares words. */
  private String line() {
    final StringBuilder line = new StringBuilder();
    for (int i = 0; i < options.number("words", 10); i++) {
      final double skewed = Math.pow(random.nextDouble(), 3);
      line.append(i == 0 ? "" : " ").append("w").append((int) (skewed * VOCABULARY));
    }
    return line.toString();
  }

  private static void pause(long until) {
    for (long left; (left = until - System.nanoTime()) > 0;) LockSupport.parkNanos(left);
  }

  private static byte[] bytes(String text) { return text.getBytes(StandardCharsets.UTF_8); }
}
