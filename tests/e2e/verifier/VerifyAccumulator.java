package verifier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import verifier.Batches.Batch;

/**
 * An accumulator is the sum of the N of all committed input, and their number: at the end in the
 * changelog, in the output and in what the program showed last, and behind every batch in what it
 * showed there. --values is what it showed: lines "BATCH SUM COUNT", and "end SUM COUNT" of each
 * life that ended in order; batches that it did not live to show are left out.
 *
 * <p>Which batch has read what is believed of the ledger, which verify-ledger judges. Reads the
 * format that docs/formats.md describes for accumulators.
 */
final class VerifyAccumulator {
  private static final byte VERSION = 2; // of a changelog value
  private static final byte[] TYPE = "long total\0".getBytes(StandardCharsets.UTF_8);

  private record Total(long sum, long count) {
    Total with(Seen record) { return new Total(sum + Batches.number(record), count + 1); }
    @Override
    public String toString() {
      return sum + " of " + count;
    }
  }
  private static final Total NOTHING = new Total(0, 0);

  private final Report report = new Report("accumulator");
  private final TreeMap<Long, Total> totals = new TreeMap<>(); // behind each batch

  static int run(Options options) throws Exception {
    final VerifyAccumulator verify = new VerifyAccumulator();
    final String input = options.get("input");
    final long shown;
    try (Topics topics = new Topics(options.get("brokers"))) {
      verify.compute(Batches.read(topics, options.get("ledger"), List.of(input)), input);
      verify.judgeAll("input", topics.readCommitted(input));
      verify.judgeAll("output", topics.readCommitted(options.get("output")));
      verify.judgeChangelog(topics.readCommitted(options.get("changelog")), options.get("name"));
      shown = verify.judgeShown(Files.readAllLines(Path.of(options.get("values"))));
    }
    return verify.report.finish(verify.end() + " records behind " + verify.totals.size()
        + " batches, " + shown + " of them shown");
  }

  private void compute(List<Batch> batches, String input) {
    for (Batch batch : batches) {
      Total total = end();
      for (Seen record : batch.records().getOrDefault(input, List.of())) total = total.with(record);
      totals.put(batch.id(), total);
    }
  }

  private Total end() { return totals.isEmpty() ? NOTHING : totals.lastEntry().getValue(); }

  /** All of a topic, added up. */
  private void judgeAll(String what, List<Seen> records) {
    Total total = NOTHING;
    for (Seen record : records) total = total.with(record);
    if (!total.equals(end()))
      report.find(what + ": has " + total + ", the batches of the ledger " + end());
  }

  /** Each value is one behind a batch, and they rise; the last one is that of the end. */
  private void judgeChangelog(List<Seen> changelog, String name) {
    Total last = NOTHING;
    for (Seen seen : changelog) {
      final Total total = totalIn(seen);
      if (!name.equals(seen.key()))
        report.find("foreign: " + seen.place() + " has the key '" + seen.key() + "'");
      else if (total == null)
        report.find("form: " + seen.place() + " is no sum and count of longs");
      else if (!totals.containsValue(total))
        report.find("changelog: " + seen.place() + " has " + total + ", behind no batch");
      else if (total.count() <= last.count())
        report.find("not rising: " + seen.place() + " has " + total + " after " + last);
      if (name.equals(seen.key()) && total != null)
        last = total;
    }
    if (!last.equals(end()))
      report.find("state: the changelog ends with " + last + ", the input with " + end());
  }

  private static Total totalIn(Seen seen) {
    final byte[] bytes = seen.value();
    final int numbers = 1 + TYPE.length;
    if (bytes == null || bytes.length != numbers + 2 * Long.BYTES || bytes[0] != VERSION
        || !Arrays.equals(bytes, 1, numbers, TYPE, 0, TYPE.length))
      return null;
    final ByteBuffer both = ByteBuffer.wrap(bytes, numbers, 2 * Long.BYTES);
    return new Total(both.getLong(), both.getLong());
  }

  /** Returns how many batches were shown. */
  private long judgeShown(List<String> lines) {
    long shown = 0;
    for (String line : lines) {
      final String[] parts = line.split(" ");
      final Total total = new Total(Long.parseLong(parts[1]), Long.parseLong(parts[2]));
      if (parts[0].equals("end"))
        continue;
      shown++;
      final Total wanted = totals.get(Long.parseLong(parts[0]));
      if (!total.equals(wanted))
        report.find("shown: behind batch " + parts[0] + " " + total + ", should be " + wanted);
    }
    if (shown == 0)
      report.find("shown: nothing behind any batch");
    final String end = "end " + end().sum() + " " + end().count();
    if (lines.isEmpty() || !lines.get(lines.size() - 1).equals(end))
      report.find("end: '" + (lines.isEmpty() ? "" : lines.get(lines.size() - 1))
          + "' was shown last, should be '" + end + "'");
    return shown;
  }
}
