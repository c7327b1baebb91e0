package verifier;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import verifier.Batches.Batch;

/**
 * The output has for every record the sum of the N of its key's records so far, and for every key
 * that was idle for longer than --timeout milliseconds, at the first closed tick that finds it so,
 * the sum once more as a negative number; the key begins again at 0. Each key's output is exactly
 * that, in order, in one partition, at the times of the batches or ticks.
 */
final class VerifySessions {
  private record Total(long time, long value) {}
  private record Session(long last, long sum) {}

  private final Report report = new Report("sessions");
  private final long timeout;
  private final Map<String, Session> open = new HashMap<>();
  private final Map<String, ArrayDeque<Total>> wanted = new HashMap<>();
  private final Map<String, Seen> last = new HashMap<>();
  private long ended = 0;

  private VerifySessions(Options options) { timeout = options.number("timeout", 0); }

  static int run(Options options) throws Exception {
    final VerifySessions verify = new VerifySessions(options);
    final String input = options.get("input");
    long records = 0;
    try (Topics topics = new Topics(options.get("brokers"))) {
      for (Batch batch : Batches.read(topics, options.get("ledger"), List.of(input)))
        verify.add(batch, input);
      for (Seen seen : topics.readCommitted(options.get("output"))) {
        verify.judge(seen);
        records++;
      }
    }
    verify.wanted.forEach((key, totals) -> {
      if (!totals.isEmpty())
        verify.report.find("gap: '" + key + "' should go on with " + totals.peek());
    });
    return verify.report.finish(records + " totals, " + verify.ended + " sessions ended");
  }

  private void add(Batch batch, String input) {
    for (long tick : batch.before()) close(tick);
    for (List<Seen> records : batch.byKey(input).values()) {
      for (Seen seen : records) {
        final Session before = open.getOrDefault(seen.key(), new Session(0, 0));
        final long sum = before.sum() + Batches.number(seen);
        open.put(seen.key(), new Session(batch.time(), sum));
        expect(seen.key(), new Total(batch.time(), sum));
      }
    }
    if (batch.closes())
      close(batch.time());
  }

  private void close(long tick) {
    for (Map.Entry<String, Session> entry : Map.copyOf(open).entrySet()) {
      if (tick - entry.getValue().last() <= timeout)
        continue;
      open.remove(entry.getKey());
      expect(entry.getKey(), new Total(tick, -entry.getValue().sum()));
      ended++;
    }
  }

  private void expect(String key, Total total) {
    wanted.computeIfAbsent(key, name -> new ArrayDeque<>()).add(total);
  }

  private void judge(Seen seen) {
    final ArrayDeque<Total> totals = wanted.getOrDefault(seen.key(), new ArrayDeque<>());
    final Total next = totals.poll();
    final Seen before = last.put(seen.key(), seen);
    if (next == null)
      report.find("foreign: " + seen.place() + " has '" + seen.key() + "' again");
    else if (!seen.isCount())
      report.find("form: " + seen.place() + " is no number");
    else if (next.value() != seen.count(true))
      report.find("total: " + seen.place() + " has " + seen.count(true) + " for '" + seen.key()
          + "', should be " + next);
    else if (next.time() != seen.timestamp())
      report.find("time: " + seen.place() + " is of " + seen.timestamp() + ", should be " + next);
    if (before != null && before.partition() != seen.partition())
      report.find("moved: '" + seen.key() + "' at " + before.place() + " and at " + seen.place());
  }
}
