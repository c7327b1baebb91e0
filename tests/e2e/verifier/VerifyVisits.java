package verifier;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Every key of the committed input is visited once per closed tick: its output, eight bytes each,
 * is 1, 2, 3 ... in one partition, without a gap and without a double.
 */
final class VerifyVisits {
  static int run(Options options) throws Exception {
    final Report report = new Report("visits");
    final TreeSet<String> keys = new TreeSet<>();
    final Map<String, Seen> last = new HashMap<>();
    long visits = 0;
    try (Topics topics = new Topics(options.get("brokers"))) {
      for (Seen seen : topics.readCommitted(options.get("input"))) keys.add(seen.key());
      for (Seen seen : topics.readCommitted(options.get("output"))) {
        visits++;
        if (!seen.isCount())
          report.find("form: '" + seen.key() + "' at " + seen.place() + " is no number");
        else
          judge(report, keys, seen, last.put(seen.key(), seen));
      }
    }
    for (String key : keys) {
      if (!last.containsKey(key))
        report.find("gap: '" + key + "' was never visited");
    }
    return report.finish(keys.size() + " keys, " + visits + " visits");
  }

  private static void judge(Report report, TreeSet<String> keys, Seen seen, Seen before) {
    final long wanted = before == null ? 1 : before.count(true) + 1;
    final long found = seen.count(true);
    if (!keys.contains(seen.key())) {
      report.find("foreign: " + seen.place() + " visits '" + seen.key()
          + "', which the input does not hold");
    } else if (before != null && before.partition() != seen.partition()) {
      report.find("moved: '" + seen.key() + "' at " + before.place() + " and at " + seen.place());
    } else if (found < wanted) {
      report.find("double: '" + seen.key() + "' is " + found + " at " + seen.place()
          + ", should be " + wanted);
    } else if (found > wanted) {
      report.find("gap: '" + seen.key() + "' is " + found + " at " + seen.place() + ", should be "
          + wanted);
    }
  }
}
