package bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** Knows when the input that was there at the start is consumed and committed. */
final class Progress implements AutoCloseable {
  private static final int LOOK_EVERY_MS = 100;
  /** After a commit its markers reach the repartition topic a moment later than the offsets. */
  private static final int LOOKS_IN_A_ROW = 2;

  private final Admin admin;
  private final String application;
  private final Map<TopicPartition, Long> inputEnds;

  Progress(Options options) throws Exception {
    final Properties settings = new Properties();
    settings.put("bootstrap.servers", options.text("brokers"));
    admin = Admin.create(settings);
    application = options.text("application");
    inputEnds = endsOf(options.text("in"));
  }

  void awaitEnd() throws Exception {
    for (int looks = 0; looks < LOOKS_IN_A_ROW; looks = isAtEnd() ? looks + 1 : 0) {
      Thread.sleep(LOOK_EVERY_MS);
    }
  }

  @Override
  public void close() {
    admin.close();
  }

  private boolean isAtEnd() throws Exception {
    final Map<TopicPartition, OffsetAndMetadata> committed =
        admin.listConsumerGroupOffsets(application).partitionsToOffsetAndMetadata().get();
    if (!reached(committed, inputEnds, 0))
      return false;
    for (String topic : admin.listTopics().names().get()) {
      if (!topic.startsWith(application + "-") || !topic.endsWith("-repartition"))
        continue;
      // The last record may have a commit marker behind it that nobody steps over.
      if (!reached(committed, endsOf(topic), 1))
        return false;
    }
    return true;
  }

  private static boolean reached(Map<TopicPartition, OffsetAndMetadata> committed,
      Map<TopicPartition, Long> ends, long markers) {
    return ends.entrySet().stream().allMatch(end -> {
      final OffsetAndMetadata offset = committed.get(end.getKey());
      return end.getValue() == 0 || offset != null && offset.offset() >= end.getValue() - markers;
    });
  }

  private Map<TopicPartition, Long> endsOf(String topic) throws Exception {
    final Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (TopicPartitionInfo partition :
        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions()) {
      wanted.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest());
    }
    final Map<TopicPartition, Long> ends = new HashMap<>();
    admin.listOffsets(wanted).all().get().forEach(
        (partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }
}
