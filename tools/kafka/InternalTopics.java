import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;

/**
 * Makes a fresh broker create its internal topics, without leaving a record in them: asking for the
 * coordinator of a group and of a transactional id is enough. The folder template is copied
 * afterwards, so no test waits for their creation.
 *
 * <p>usage: java InternalTopics.java HOST:PORT
 */
final class InternalTopics {
  private static final Set<String> WANTED = Set.of("__consumer_offsets", "__transaction_state");

  public static void main(String[] args) throws Exception {
    final long deadline = System.nanoTime() + 30_000_000_000L;
    final Map<String, Object> settings = Map.of(
        "bootstrap.servers", args[0], "default.api.timeout.ms", 5_000, "request.timeout.ms", 2_000);
    try (Admin admin = Admin.create(settings)) {
      while (System.nanoTime() < deadline) {
        try {
          admin.listConsumerGroupOffsets("none").all().get();
          admin.describeTransactions(List.of("none")).all().get();
        } catch (java.util.concurrent.ExecutionException expected) {
          // The coordinator is not there yet, or the id is unknown: both are answers.
        }
        final Set<String> topics =
            admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
        if (topics.containsAll(WANTED))
          return;
      }
    }
    System.err.println("internal topics were not created within 30 s");
    System.exit(1);
  }
}
