package verifier;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import verifier.Batches.Batch;

/**
 * The output has, for every window and key, the sum of the N of the key's records in the batches of
 * the window: batches with times in (end - length, end]. A record's timestamp is the window's end,
 * a multiple of the slide. Each sum comes once, those of a key in order of time. With --zeros yes a
 * key that has had a record comes at every later end, at 0 when the window has none.
 */
final class VerifyWindows {
  private final Report report = new Report("windows");
  private final TreeMap<Long, Map<String, Long>> wanted = new TreeMap<>(); // by end and key
  private final Map<String, Seen> last = new HashMap<>();

  static int run(Options options) throws Exception {
    final VerifyWindows verify = new VerifyWindows();
    long records = 0;
    try (Topics topics = new Topics(options.get("brokers"))) {
      final String input = options.get("input");
      final List<Batch> batches = Batches.read(topics, options.get("ledger"), List.of(input));
      verify.compute(batches, input, options);
      for (Seen seen : topics.readCommitted(options.get("output"))) {
        verify.judge(seen);
        records++;
      }
    }
    verify.wanted.forEach((end, keys)
                              -> keys.forEach((key, sum)
                                                  -> verify.report.find("gap: '" + key
                                                      + "' should be " + sum + " at " + end)));
    return verify.report.finish(records + " sums");
  }

  private void compute(List<Batch> batches, String input, Options options) {
    final long length = options.number("window", 0);
    final long slide = options.number("slide", 0);
    final boolean zeros = options.choice("zeros", "no", "yes").equals("yes");
    final long closed = Batches.lastClosed(batches);
    for (Batch batch : batches) {
      batch.byKey(input).forEach((key, records) -> {
        final long sum = records.stream().mapToLong(Batches::number).sum();
        final long first = (batch.time() + slide - 1) / slide * slide;
        for (long end = first; end <= closed; end += slide) {
          if (end < batch.time() + length)
            wanted.computeIfAbsent(end, at -> new HashMap<>()).merge(key, sum, Long::sum);
          else if (zeros)
            wanted.computeIfAbsent(end, at -> new HashMap<>()).putIfAbsent(key, 0L);
          else
            break;
        }
      });
    }
  }

  private void judge(Seen seen) {
    final Map<String, Long> keys = wanted.getOrDefault(seen.timestamp(), new HashMap<>());
    final Seen before = last.put(seen.key(), seen);
    if (!seen.isCount()) {
      report.find("form: '" + seen.key() + "' at " + seen.place() + " is no number");
      return;
    }
    final Long sum = keys.remove(seen.key());
    if (sum == null)
      report.find("foreign or double: " + seen.place() + " has '" + seen.key() + "' at "
          + seen.timestamp());
    else if (sum != seen.count(true))
      report.find("sum: " + seen.place() + " has " + seen.count(true) + " for '" + seen.key()
          + "' at " + seen.timestamp() + ", should be " + sum);
    if (before != null && before.partition() != seen.partition())
      report.find("moved: '" + seen.key() + "' at " + before.place() + " and at " + seen.place());
    else if (before != null && before.timestamp() > seen.timestamp())
      report.find("order: '" + seen.key() + "' goes back in time at " + seen.place());
  }
}
