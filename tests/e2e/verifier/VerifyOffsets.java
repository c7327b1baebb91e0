package verifier;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * The application has taken all of its input: every partition is committed at its last stable
 * offset, with one and the same batch, incarnation and owner (also on the ledger, when named).
 */
final class VerifyOffsets {
  private static final Pattern METADATA =
      Pattern.compile("v1;batch=\\d+;inc=\\d+;own=[0-9a-f]{16}(;beat=\\d+)?");

  static int run(Options options) throws Exception {
    final Report report = new Report("offsets");
    final TreeSet<String> decisions = new TreeSet<>();
    try (Topics topics = new Topics(options.get("brokers"))) {
      final Map<TopicPartition, OffsetAndMetadata> committed =
          topics.admin()
              .listConsumerGroupOffsets(options.get("group"))
              .partitionsToOffsetAndMetadata()
              .get();
      for (String topic : List.of(options.get("topic").split(","))) {
        topics.ends(topic, IsolationLevel.READ_COMMITTED).forEach((partition, end) -> {
          final OffsetAndMetadata found = committed.get(partition);
          judgeMetadata(report, partition, found, decisions);
          if (found != null && found.offset() != end) {
            report.find("offset: " + partition + " is committed at " + found.offset()
                + ", its end is " + end);
          }
        });
      }
      if (options.has("ledger")) {
        final TopicPartition ledger = new TopicPartition(options.get("ledger"), 0);
        judgeMetadata(report, ledger, committed.get(ledger), decisions);
      }
    }
    if (decisions.size() > 1)
      report.find("partitions disagree: " + String.join(" and ", decisions));
    return report.finish("committed by " + String.join(" and ", decisions));
  }

  private static void judgeMetadata(
      Report report, TopicPartition partition, OffsetAndMetadata found, TreeSet<String> decisions) {
    if (found == null) {
      report.find("offset: " + partition + " has no committed offset");
      return;
    }
    final Matcher metadata = METADATA.matcher(found.metadata());
    if (metadata.matches())
      decisions.add(found.metadata());
    else
      report.find("metadata: " + partition + " has '" + found.metadata() + "'");
  }
}
