package verifier;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Plays a program under test that is right (--fault none) or wrong in one way; for self_test.sh,
 * which demands that the checks find each of them.
 */
final class Forge {
  private static final long TIMESTAMP_STEP = 7;

  static int copy(Options options) throws Exception {
    try (Topics topics = new Topics(options.get("brokers"))) {
      final List<Seen> records = new ArrayList<>(topics.readCommitted(options.get("input")));
      final int at = records.size() / 2;
      final Seen victim = records.get(at);
      switch (options.get("fault")) {
        case "double":
          records.add(at + 3, victim);
          break;
        case "gap":
          records.remove(at);
          break;
        case "swap":
          Collections.swap(records, at, nextOfSameKey(records, at));
          break;
        case "value":
          records.set(at, withValue(victim, "changed"));
          break;
        case "aborted":
          records.add(at, withValue(victim, "aborted " + victim.text()));
          break;
        case "moved":
          records.set(at, moved(victim, topics.partitions(options.get("input")).size()));
          break;
        case "timestamp":
          records.set(at, later(victim));
          break;
        default:
          break;
      }
      topics.createIfAbsent(options.get("output"), topics.partitions(options.get("input")).size());
      return send(options, records);
    }
  }

  static int count(Options options) throws Exception {
    try (Topics topics = new Topics(options.get("brokers"))) {
      final Map<String, Long> counts = new HashMap<>();
      final List<Seen> records = new ArrayList<>();
      for (Seen seen : topics.readCommitted(options.get("input"))) {
        for (String word : seen.text().split(" ")) {
          final long count = counts.merge(word, 1L, Long::sum);
          final int partition = (word.hashCode() & 0xFFFF) % 2;
          records.add(new Seen(
              "", partition, 0, 0, word, Long.toString(count).getBytes(StandardCharsets.UTF_8)));
        }
      }
      final int at = records.size() / 2;
      switch (options.get("fault")) {
        case "repeat":
          records.add(at, records.get(at));
          break;
        case "sum":
          records.remove(lastOf(records, records.get(at).key()));
          break;
        case "gap":
          removeAll(records, records.get(at).key());
          break;
        case "foreign":
          records.add(withKey(records.get(at), "aborted"));
          break;
        case "moved":
          records.set(at, moved(records.get(at), 2));
          break;
        default:
          break;
      }
      topics.createIfAbsent(options.get("output"), 2);
      return send(options, records);
    }
  }

  static int offsets(Options options) throws Exception {
    final String fault = options.get("fault");
    final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    try (Topics topics = new Topics(options.get("brokers"))) {
      topics.ends(options.get("topic"), IsolationLevel.READ_COMMITTED).forEach((partition, end) -> {
        final boolean victim = partition.partition() == 1;
        final int batch = victim && fault.equals("batch") ? 41 : 42;
        final String owner = victim && fault.equals("metadata") ? "somebody" : "00ab34cd12ef5678";
        final long offset = victim && fault.equals("behind") ? end - 1 : end;
        if (victim && fault.equals("missing"))
          return;
        offsets.put(
            partition, new OffsetAndMetadata(offset, "v1;batch=" + batch + ";inc=3;own=" + owner));
      });
      if (options.has("ledger") && !fault.equals("unwritten"))
        offsets.put(new TopicPartition(options.get("ledger"), 0),
            new OffsetAndMetadata(1,
                "v1;batch=" + (fault.equals("ledger") ? 41 : 42) + ";inc=3;own=00ab34cd12ef5678"));
      topics.admin().alterConsumerGroupOffsets(options.get("group"), offsets).all().get();
    }
    return 0;
  }

  /** Writes each line of a file as one record. */
  static int ledger(Options options) throws Exception {
    final List<Seen> records = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(options.get("lines")))) {
      records.add(new Seen("", 0, 0, 0, null, line.getBytes(StandardCharsets.UTF_8)));
    }
    try (Topics topics = new Topics(options.get("brokers"))) {
      topics.createIfAbsent(options.get("output"), 1);
    }
    return send(options, records);
  }

  private static int lastOf(List<Seen> records, String key) {
    int at = records.size() - 1;
    while (!records.get(at).key().equals(key)) at--;
    return at;
  }

  private static void removeAll(List<Seen> records, String key) {
    records.removeIf(seen -> seen.key().equals(key));
  }

  private static int nextOfSameKey(List<Seen> records, int at) {
    for (int i = at + 1; i < records.size(); i++) {
      final Seen other = records.get(i);
      if (records.get(at).key() != null && other.partition() == records.get(at).partition()
          && records.get(at).key().equals(other.key()))
        return i;
    }
    throw new IllegalStateException("no later record of the same key; choose another seed");
  }

  private static Seen withValue(Seen seen, String value) {
    return new Seen(seen.topic(), seen.partition(), seen.offset(), seen.timestamp(), seen.key(),
        value.getBytes(StandardCharsets.UTF_8));
  }

  private static Seen withKey(Seen seen, String key) {
    return new Seen(
        seen.topic(), seen.partition(), seen.offset(), seen.timestamp(), key, seen.value());
  }

  private static Seen later(Seen seen) {
    return new Seen(seen.topic(), seen.partition(), seen.offset(),
        seen.timestamp() + TIMESTAMP_STEP, seen.key(), seen.value());
  }

  private static Seen moved(Seen seen, int partitions) {
    return new Seen(seen.topic(), (seen.partition() + 1) % partitions, seen.offset(),
        seen.timestamp(), seen.key(), seen.value());
  }

  private static int send(Options options, List<Seen> records) throws Exception {
    return send(options, options.get("output"), records);
  }

  static int send(Options options, String topic, List<Seen> records) throws Exception {
    final List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
             Map.of("bootstrap.servers", options.get("brokers"), "linger.ms", 5),
             new ByteArraySerializer(), new ByteArraySerializer())) {
      for (Seen seen : records) {
        final byte[] key = seen.key() == null ? null : seen.key().getBytes(StandardCharsets.UTF_8);
        sent.add(producer.send(
            new ProducerRecord<>(topic, seen.partition(), seen.timestamp(), key, seen.value())));
      }
    }
    for (Future<RecordMetadata> one : sent) one.get();
    return 0;
  }
}
