package verifier;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The output is the committed input: each record exactly once, equal, and in order, per partition
 * (--order partition: record by record into the partition of the same number) or per key (--order
 * key; records without a key are only counted). With --guarantee at_least_once a record may come
 * again, but for the first time each comes in order: nothing is missing, and only replays step
 * back.
 */
final class VerifyCopy {
  private final Report report = new Report("copy");
  private final boolean perPartition;
  private final boolean timestamps;
  private final boolean doublesAllowed;
  private long doubles = 0;

  VerifyCopy(Options options) {
    perPartition = options.choice("order", "key", "partition").equals("partition");
    doublesAllowed = options.atLeastOnce();
    timestamps = options.choice("timestamps", "no", "yes").equals("yes");
  }

  static int run(Options options) throws Exception {
    try (Topics topics = new Topics(options.get("brokers"))) {
      final List<Seen> input = topics.readCommitted(options.get("input"));
      final List<Seen> output = topics.readCommitted(options.get("output"));
      return new VerifyCopy(options).compare(input, output);
    }
  }

  int compare(List<Seen> input, List<Seen> output) {
    final boolean whole = compareContents(input, output);
    if (whole)
      compareOrder(input, output); // after a double or a gap every order is wrong
    final Map<String, Seen> last = new HashMap<>();
    for (Seen seen : input) {
      if (seen.text() != null && seen.text().startsWith("aborted ")) {
        report.find("the reader itself shows an aborted record: " + describe(seen));
      }
      last.put(group(seen), seen);
    }
    return report.finish(input.size() + " committed input records, " + output.size()
        + " output records, " + last.size() + (perPartition ? " partitions" : " keys")
        + (doublesAllowed ? ", " + doubles + " doubles" : ""));
  }

  /** True when both sides hold the same records, whatever the order. */
  private boolean compareContents(List<Seen> input, List<Seen> output) {
    final Map<String, List<Seen>> unmatched = new LinkedHashMap<>();
    for (Seen seen : input)
      unmatched.computeIfAbsent(content(seen), k -> new ArrayList<>()).add(seen);
    final Map<String, Seen> matched = new HashMap<>();
    boolean whole = true;
    for (Seen seen : output) {
      final String content = content(seen);
      final List<Seen> sources = unmatched.get(content);
      if (sources != null) {
        matched.put(content, seen);
        sources.remove(0);
        if (sources.isEmpty())
          unmatched.remove(content);
        continue;
      }
      final Seen earlier = matched.get(content);
      if (earlier != null && doublesAllowed) {
        doubles++;
        continue;
      }
      whole = false;
      if (earlier != null)
        report.find("double: " + describe(seen) + ", already at " + earlier.place());
      else
        report.find("foreign: " + describe(seen) + " equals no committed input record");
    }
    for (List<Seen> sources : unmatched.values()) {
      for (Seen seen : sources) report.find("gap: " + describe(seen) + " is not in the output");
      whole = false;
    }
    return whole;
  }

  private void compareOrder(List<Seen> input, List<Seen> output) {
    final Map<String, List<Seen>> wanted = grouped(input);
    final Map<String, List<Seen>> found = grouped(doublesAllowed ? firsts(input, output) : output);
    wanted.forEach((group, records) -> {
      final List<Seen> others = found.getOrDefault(group, List.of());
      if (others.size() != records.size()) {
        report.find("order: " + group + " has " + records.size() + " records, in the output "
            + others.size());
        return;
      }
      for (int i = 0; i < records.size(); i++) {
        if (content(records.get(i)).equals(content(others.get(i))))
          continue;
        report.find("order: " + group + ": record " + i + " should be " + describe(records.get(i))
            + ", is " + describe(others.get(i)));
        return; // the rest of the group is displaced too
      }
    });
  }

  /** The output without what came again: as many of equal records as the input has. */
  private List<Seen> firsts(List<Seen> input, List<Seen> output) {
    final Map<String, Integer> left = new HashMap<>();
    for (Seen seen : input) left.merge(content(seen), 1, Integer::sum);
    final List<Seen> firsts = new ArrayList<>();
    for (Seen seen : output) {
      if (left.merge(content(seen), -1, Integer::sum) >= 0)
        firsts.add(seen);
    }
    return firsts;
  }

  private Map<String, List<Seen>> grouped(List<Seen> records) {
    final Map<String, List<Seen>> groups = new TreeMap<>();
    for (Seen seen : records) {
      if (perPartition || seen.key() != null)
        groups.computeIfAbsent(group(seen), k -> new ArrayList<>()).add(seen);
    }
    return groups;
  }

  private String group(Seen seen) {
    return perPartition ? "partition " + seen.partition() : "key " + seen.key();
  }

  private String content(Seen seen) {
    return timestamps ? seen.content() + " at " + seen.timestamp() : seen.content();
  }

  private String describe(Seen seen) { return seen.place() + " (" + content(seen) + ")"; }
}
