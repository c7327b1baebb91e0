package verifier;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import verifier.Batches.Batch;

/**
 * The output is the join of two inputs batch by batch: with --form pairs the value LEFT|RIGHT for
 * each two records with one key in one batch; with --form groups one value per key that either has,
 * L1,L2,...|R1,R2,..., each side in order of partition and offset. Each comes once, at the time of
 * its batch, and nothing else comes.
 */
final class VerifyJoin {
  private final Report report = new Report("join");
  private final Map<String, Long> wanted = new HashMap<>(); // key = value -> time of its batch
  private final boolean pairs;

  private VerifyJoin(Options options) {
    pairs = options.choice("form", "pairs", "groups").equals("pairs");
  }

  static int run(Options options) throws Exception {
    final VerifyJoin verify = new VerifyJoin(options);
    final String left = options.get("left");
    final String right = options.get("right");
    long records = 0;
    try (Topics topics = new Topics(options.get("brokers"))) {
      for (Batch batch : Batches.read(topics, options.get("ledger"), List.of(left, right)))
        verify.add(batch.time(), batch.byKey(left), batch.byKey(right));
      for (Seen seen : topics.readCommitted(options.get("output"))) {
        verify.judge(seen);
        records++;
      }
    }
    verify.wanted.forEach((content, time) -> verify.report.find("gap: " + content));
    return verify.report.finish(records + (verify.pairs ? " pairs" : " groups"));
  }

  private void add(long time, Map<String, List<Seen>> left, Map<String, List<Seen>> right) {
    final Set<String> keys = new HashSet<>(left.keySet());
    keys.addAll(right.keySet());
    for (String key : keys) {
      final List<Seen> lefts = left.getOrDefault(key, List.of());
      final List<Seen> rights = right.getOrDefault(key, List.of());
      if (!pairs) {
        wanted.put(key + " = " + texts(lefts) + "|" + texts(rights), time);
        continue;
      }
      for (Seen one : lefts)
        for (Seen other : rights) wanted.put(key + " = " + one.text() + "|" + other.text(), time);
    }
  }

  private void judge(Seen seen) {
    final Long time = wanted.remove(seen.content());
    if (time == null)
      report.find("foreign or double: " + seen.place() + " has " + seen.content());
    else if (time != seen.timestamp())
      report.find(
          "time: " + seen.place() + " is of " + seen.timestamp() + ", its batch of " + time);
  }

  private static String texts(List<Seen> side) {
    return side.stream().map(Seen::text).collect(Collectors.joining(","));
  }
}
