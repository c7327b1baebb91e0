package verifier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * Outputs and changelogs of programs that keep state per key, right (fault none) or wrong in one
 * way. One call makes them all: fault F goes to the topic OUTPUT-F.
 */
final class ForgeKeyed {
  private static final byte VERSION = 2; // of a changelog value
  private static final int PARTITIONS = 2;
  private static final long TICKS = 6;
  private static final String REMOVED = "removed";

  /** What verify-visits judges: every key of the input, once per tick since it came. */
  static int visits(Options options) throws Exception {
    try (Topics topics = new Topics(options.get("brokers"))) {
      final TreeSet<String> keys = new TreeSet<>();
      for (Seen seen : topics.readCommitted(options.get("input"))) keys.add(seen.key());
      for (String fault : options.get("faults").split(",")) {
        final String output = options.get("output") + "-" + fault;
        topics.createIfAbsent(output, PARTITIONS);
        Forge.send(options, output, visits(keys, fault));
      }
    }
    return 0;
  }

  private static List<Seen> visits(TreeSet<String> keys, String fault) {
    final List<Seen> records = new ArrayList<>();
    for (long tick = 1; tick <= TICKS; tick++) {
      long came = 0; // keys come one by one in the first ticks
      for (String key : keys) {
        final long visit = tick - came++ % 3;
        if (visit > 0)
          records.add(record(partition(key), key, longBytes(visit)));
      }
    }
    final int at = records.size() / 2;
    final Seen victim = records.get(at);
    switch (fault) {
      case "none":
        break;
      case "lost":
        records.remove(at);
        break;
      case "twice":
        records.add(at + 1, victim);
        break;
      case "value":
        records.set(at, with(victim, longBytes(victim.count(true) + 40)));
        break;
      case "swap":
        Collections.swap(records, at, nextOf(records, at));
        break;
      case "never":
        records.removeIf(seen -> seen.key().equals(victim.key()));
        break;
      case "foreign":
        records.add(record(0, "aborted", longBytes(1)));
        break;
      case "moved":
        records.set(at, record(1 - victim.partition(), victim.key(), victim.value()));
        break;
      case "form":
        records.set(at, with(victim, "3".getBytes(StandardCharsets.UTF_8)));
        break;
      case "null":
        records.set(at, with(victim, null));
        break;
      default:
        throw new Options.UsageError("unknown fault '" + fault + "'");
    }
    return records;
  }

  /** What verify-state judges: the changelog behind a right output of visits or counts. */
  static int state(Options options) throws Exception {
    try (Topics topics = new Topics(options.get("brokers"))) {
      final List<Seen> output = topics.readCommitted(options.get("output"));
      for (String fault : options.get("faults").split(",")) {
        final String changelog = options.get("changelog") + "-" + fault;
        topics.createIfAbsent(changelog, PARTITIONS);
        Forge.send(options, changelog, state(output, fault));
      }
    }
    return 0;
  }

  private static List<Seen> state(List<Seen> output, String fault) {
    final List<Seen> records = new ArrayList<>();
    records.add(record(0, encoded(REMOVED), longValue(7)));
    for (Seen seen : output) {
      records.add(record(seen.partition(), encoded(seen.key()), value(seen)));
    }
    records.add(record(0, encoded(REMOVED), null));
    final int last = records.size() - 2;
    final Seen victim = records.get(last);
    switch (fault) {
      case "none":
        break;
      case "lost":
        records.removeIf(seen -> seen.key().equals(victim.key()));
        break;
      case "stale":
        records.remove(last);
        break;
      case "wrong":
        records.set(last, with(victim, longValue(40)));
        break;
      case "extra":
        records.add(record(1, encoded("aborted"), longValue(1)));
        break;
      case "undead": // the tombstone is missing
        records.remove(last + 1);
        break;
      case "tombstone":
        records.add(with(victim, null));
        break;
      case "moved":
        records.set(last, record(1 - victim.partition(), victim.key(), victim.value()));
        break;
      case "form":
        records.set(last, with(victim, new byte[] {VERSION, 4, 0, 0}));
        break;
      case "old": // a version that is not read any more
        records.set(last, with(victim, new byte[] {VERSION - 1, 3, 2}));
        break;
      case "key":
        records.add(record(1, "plain", longValue(1)));
        break;
      default:
        throw new Options.UsageError("unknown fault '" + fault + "'");
    }
    return records;
  }

  /** Both forms that docs/formats.md has for whole numbers, one for every second key. */
  private static byte[] value(Seen seen) {
    final long number = seen.count(true);
    if (seen.key().hashCode() % 2 == 0)
      return longValue(number);
    if (number >= 64)
      throw new IllegalStateException("one byte of varint holds less than 64");
    return new byte[] {VERSION, 3, (byte) (2 * number)};
  }

  private static byte[] longValue(long number) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(VERSION).putLong(number).array();
  }

  private static byte[] longBytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static String encoded(String key) { return "\5" + (char) key.length() + key; }

  private static int partition(String key) { return (key.hashCode() & 0xFFFF) % PARTITIONS; }

  private static int nextOf(List<Seen> records, int at) {
    int next = at + 1;
    while (!records.get(next).key().equals(records.get(at).key())) next++;
    return next;
  }

  private static Seen with(Seen seen, byte[] value) {
    return record(seen.partition(), seen.key(), value);
  }

  private static Seen record(int partition, String key, byte[] value) {
    return new Seen("", partition, 0, System.currentTimeMillis(), key, value);
  }
}
