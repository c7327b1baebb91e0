package verifier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * The committed batches of a ledger (docs/formats.md, "Ledger"), in order: the time of each, the
 * ticks that it closed, and the committed input records that it read.
 */
final class Batches {
  /**
   * One batch. It closed the ticks `before` ahead of its records, and its own behind them if
   * `closes`. Records are those of all inputs by topic, in order of partition and offset.
   */
  record Batch(
      long id, long time, List<Long> before, boolean closes, Map<String, List<Seen>> records) {
    /** Of one input, by key, in order of partition and offset. */
    Map<String, List<Seen>> byKey(String topic) {
      final Map<String, List<Seen>> keys = new HashMap<>();
      for (Seen seen : records.getOrDefault(topic, List.of()))
        keys.computeIfAbsent(seen.key(), key -> new ArrayList<>()).add(seen);
      return keys;
    }
  }

  private final Map<TopicPartition, List<Seen>> input = new HashMap<>();

  static List<Batch> read(Topics topics, String ledger, List<String> inputs) throws Exception {
    return read(topics, ledger, inputs, Map.of());
  }

  /** `more`: inputs that do not hold any longer what was read of them. */
  static List<Batch> read(Topics topics, String ledger, List<String> inputs,
      Map<TopicPartition, List<Seen>> more) throws Exception {
    final Batches batches = new Batches();
    batches.input.putAll(more);
    for (String topic : inputs) {
      for (Seen seen : topics.readCommitted(topic))
        batches.input
            .computeIfAbsent(
                new TopicPartition(topic, seen.partition()), partition -> new ArrayList<>())
            .add(seen);
    }
    final ObjectMapper json = new ObjectMapper();
    final List<Batch> all = new ArrayList<>();
    for (Seen seen : topics.readCommitted(ledger)) {
      final JsonNode record = seen.value() == null ? null : json.readTree(seen.value());
      if (record != null && record.get("kind").asText().equals("batch"))
        all.add(batches.of(record.get("batch")));
    }
    return all;
  }

  /** The last tick that was closed. */
  static long lastClosed(List<Batch> batches) {
    long closed = Long.MIN_VALUE;
    for (Batch batch : batches) {
      for (long tick : batch.before()) closed = Math.max(closed, tick);
      if (batch.closes())
        closed = Math.max(closed, batch.time());
    }
    return closed;
  }

  private Batch of(JsonNode plan) {
    final List<Long> before = new ArrayList<>();
    for (JsonNode tick : plan.get("closes_first")) before.add(tick.asLong());
    final Map<String, List<Seen>> records = new HashMap<>();
    for (JsonNode range : plan.get("ranges")) {
      final String topic = range.get(0).asText();
      final List<Seen> there =
          input.getOrDefault(new TopicPartition(topic, range.get(1).asInt()), List.of());
      for (Seen seen : there) {
        if (seen.offset() >= range.get(2).asLong() && seen.offset() < range.get(3).asLong())
          records.computeIfAbsent(topic, name -> new ArrayList<>()).add(seen);
      }
    }
    return new Batch(plan.get("id").asLong(), plan.get("time").asLong(), before,
        plan.get("closes").asBoolean(), records);
  }

  /** The N of a value KEY#N. */
  static long number(Seen seen) {
    return Long.parseLong(seen.text().substring(seen.text().lastIndexOf('#') + 1));
  }
}
