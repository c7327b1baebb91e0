package verifier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The ledger tells one story without gap or overlap (docs/formats.md, "Ledger"): claims precede
 * what they claim, batch ids count up by one, the ranges of each partition tile, batch times never
 * go back. With --group, the last ranges end at the committed offsets; with --output, each output
 * partition holds as many records as the batches say (only true without compaction and without
 * other writers). The hashes are not judged: the XXH3 of the format is not part of Java.
 */
final class VerifyLedger {
  private final Report report = new Report("ledger");
  private final Map<TopicPartition, Long> next = new HashMap<>(); // where each partition continues
  private final Map<TopicPartition, Long> written =
      new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
  private long batch = 0;
  private long time = Long.MIN_VALUE;
  private long incarnation = 0;
  private String owner = null;

  static int run(Options options) throws Exception {
    final VerifyLedger verify = new VerifyLedger();
    final ObjectMapper json = new ObjectMapper();
    try (Topics topics = new Topics(options.get("brokers"))) {
      for (Seen seen : topics.readCommitted(options.get("ledger"))) {
        if (seen.value() != null)
          verify.judge(seen.place(), json.readTree(seen.value()));
      }
      if (options.has("group"))
        verify.judgeOffsets(topics, options.get("group"));
      if (options.has("output"))
        verify.judgeOutput(topics, options.get("output"));
    }
    if (verify.owner == null)
      verify.report.find("empty: no record at all");
    return verify.report.finish("batch " + verify.batch + ", incarnation " + verify.incarnation
        + ", " + verify.next.size() + " input partitions");
  }

  private void judge(String place, JsonNode record) {
    final String kind = record.get("kind").asText();
    if (kind.equals("claim"))
      judgeClaim(place, record);
    else if (owner == null)
      report.find("unclaimed: " + place + " is a " + kind + " before any claim");
    else if (record.get("inc").asLong() != incarnation
        || !record.get("own").asText().equals(owner)) {
      report.find("owner: " + place + " is by " + record.get("inc") + "/"
          + record.get("own").asText() + ", the claim before it by " + incarnation + "/" + owner);
    }
    if (kind.equals("batch"))
      judgeBatch(place, record);
  }

  private void judgeClaim(String place, JsonNode record) {
    final JsonNode repeated = record.get("batch");
    if (record.get("inc").asLong() <= incarnation) {
      report.find(
          "incarnation: " + place + " claims " + record.get("inc") + " after " + incarnation);
    }
    if (owner != null && repeated.get("id").asLong() != batch) {
      report.find("claim: " + place + " repeats batch " + repeated.get("id") + ", the last one is "
          + batch);
    }
    incarnation = record.get("inc").asLong();
    owner = record.get("own").asText();
    batch = repeated.get("id").asLong();
    time = Math.max(time, repeated.get("time").asLong());
    for (JsonNode range : repeated.get("ranges")) {
      final Long before = next.put(partition(range), range.get(3).asLong());
      if (before != null && before != range.get(3).asLong()) {
        report.find("claim: " + place + " puts " + partition(range) + " at " + range.get(3)
            + ", it was at " + before);
      }
    }
  }

  private void judgeBatch(String place, JsonNode record) {
    final JsonNode plan = record.get("batch");
    if (plan.get("id").asLong() != batch + 1) {
      report.find("batch: " + place + " is batch " + plan.get("id") + " after " + batch);
    }
    if (plan.get("time").asLong() < time)
      report.find("time: " + place + " goes back from " + time);
    batch = plan.get("id").asLong();
    time = plan.get("time").asLong();
    int known = 0;
    for (JsonNode range : plan.get("ranges")) {
      final long from = range.get(2).asLong();
      final long until = range.get(3).asLong();
      if (from > until)
        report.find("range: " + place + ": " + range);
      final Long before = next.put(partition(range), until);
      if (before == null)
        continue;
      known++;
      if (from > before)
        report.find("gap: " + place + ": " + partition(range) + " [" + before + ", " + from + ")");
      if (from < before)
        report.find(
            "overlap: " + place + ": " + partition(range) + " [" + from + ", " + before + ")");
    }
    final int added = plan.get("ranges").size() - known;
    if (known + added != next.size())
      report.find("missing: " + place + " leaves partitions out: " + plan.get("ranges"));
    for (JsonNode output : record.get("outputs")) {
      written.merge(partition(output), output.get(2).asLong(), Long::sum);
    }
  }

  private void judgeOffsets(Topics topics, String group) throws Exception {
    final Map<TopicPartition, OffsetAndMetadata> committed =
        topics.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    next.forEach((partition, until) -> {
      final OffsetAndMetadata found = committed.get(partition);
      if (found == null || found.offset() != until) {
        report.find("offset: the ledger ends " + partition + " at " + until + ", committed is "
            + (found == null ? "nothing" : found.offset()));
      }
    });
  }

  private void judgeOutput(Topics topics, String output) throws Exception {
    final Map<TopicPartition, Long> found = new HashMap<>();
    for (TopicPartition partition : topics.partitions(output)) found.put(partition, 0L);
    for (Seen seen : topics.readCommitted(output)) {
      found.merge(new TopicPartition(output, seen.partition()), 1L, Long::sum);
    }
    found.forEach((partition, count) -> {
      final long told = written.getOrDefault(partition, 0L);
      if (told != count)
        report.find("records: " + partition + " holds " + count + ", the ledger says " + told);
    });
  }

  private static TopicPartition partition(JsonNode entry) {
    return new TopicPartition(entry.get(0).asText(), entry.get(1).asInt());
  }
}
