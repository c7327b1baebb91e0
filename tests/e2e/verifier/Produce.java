package verifier;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes input that can be checked without knowing the program under test: a committed record has
 * the value KEY#N, N counting 1, 2, 3 ... per key over the committed records only; a record of an
 * aborted transaction has the value "aborted KEY#N" and must never have an effect. The same options
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
    try (KafkaProducer<byte[], byte[]> producer = producer(topic)) {
      producer.initTransactions();
      for (; sent < total && (until == null || !Files.exists(until));) {
        final boolean abort = random.nextDouble() < aborts;
        producer.beginTransaction();
        open.clear();
        int count = 0;
        for (; count < perTransaction && sent + count < total; count++) {
          producer.send(next(topic, partitions, abort));
        }
        if (abort) {
          producer.flush(); // an abort of what was never sent would prove nothing
          producer.abortTransaction();
          aborted += count;
        } else {
          producer.commitTransaction();
          committed.putAll(open);
          sent += count;
        }
        if (perSecond > 0)
          pause(begin + sent * 1_000_000_000L / perSecond);
      }
    }
    System.out.println("ok    produce: " + sent + " committed records, " + aborted + " aborted");
    return 0;
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
    final byte[] value = bytes(mark + key + "#" + number);
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
