package verifier;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The output is a running count of the committed input: per word (--of words) or per key (--of
 * keys). For each, the counts in the output only rise, in one partition, and the last one equals
 * the fold of the input. With --guarantee at_least_once a replay may let a count step back, and the
 * last one may be too high, never too low.
 */
final class VerifyCount {
  static int run(Options options) throws Exception {
    try (Topics topics = new Topics(options.get("brokers"))) {
      final Map<String, Long> wanted = fold(topics.readCommitted(options.get("input")),
          options.choice("of", "words", "keys").equals("words"));
      return compare(wanted, topics.readCommitted(options.get("output")),
          options.choice("value", "text", "long").equals("long"), options.atLeastOnce());
    }
  }

  private static Map<String, Long> fold(List<Seen> input, boolean words) {
    final Map<String, Long> counts = new TreeMap<>();
    for (Seen seen : input) {
      if (!words) {
        counts.merge(String.valueOf(seen.key()), 1L, Long::sum);
        continue;
      }
      for (String word : seen.text().split("\\s+")) {
        if (!word.isEmpty())
          counts.merge(word, 1L, Long::sum);
      }
    }
    return counts;
  }

  private static int compare(
      Map<String, Long> wanted, List<Seen> output, boolean binary, boolean atLeast) {
    final Report report = new Report("count");
    final Map<String, Seen> last = new HashMap<>();
    long above = 0;
    for (Seen seen : output) {
      final Seen before = last.put(seen.key(), seen);
      if (!wanted.containsKey(seen.key())) {
        report.find("foreign: " + seen.place() + " counts '" + seen.key()
            + "', which the input does not hold");
      } else if (before != null && before.partition() != seen.partition()) {
        report.find("moved: '" + seen.key() + "' at " + before.place() + " and at " + seen.place());
      } else if (!atLeast && before != null && before.count(binary) >= seen.count(binary)) {
        report.find("not rising: '" + seen.key() + "' is " + before.count(binary) + " at "
            + before.place() + ", then " + seen.count(binary) + " at " + seen.place());
      }
    }
    for (Map.Entry<String, Long> entry : wanted.entrySet()) {
      final String word = entry.getKey();
      final long count = entry.getValue();
      final Seen seen = last.get(word);
      if (seen == null) {
        report.find("gap: '" + word + "' should be " + count + ", is not in the output");
      } else if (atLeast && seen.count(binary) > count) {
        above++;
      } else if (seen.count(binary) != count) {
        report.find("sum: '" + word + "' should end at " + count + ", ends at " + seen.count(binary)
            + " (" + seen.place() + ")");
      }
    }
    return report.finish(wanted.size() + " counts, " + output.size() + " output records"
        + (atLeast ? ", " + above + " counts too high" : ""));
  }
}
