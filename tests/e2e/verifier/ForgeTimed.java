package verifier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A small world with its right answers, written down by hand: two inputs, a ledger of four batches
 * at 100, 200, 300 and 900 (the third leaves its tick open, the last one closes 800 first), and the
 * outputs that verify-windows (length 200, slide 100), verify-join and verify-sessions (timeout
 * 300) judge. Topics are PREFIX-NAME; outputs PREFIX-NAME-FAULT, right (fault none) or wrong in one
 * way.
 */
final class ForgeTimed {
  private static final String[] LEFT = {"a#1", "b#1", "a#2", "a#3", "b#2"};
  private static final String[] RIGHT = {"a#1", "c#1", "a#2"};
  private static final long[][] BATCHES = { // time, closes, closed first (0: none), ends of ranges
      {100, 1, 0, 2, 1}, {200, 1, 0, 3, 2}, {300, 0, 0, 4, 3}, {900, 1, 800, 5, 3}};
  private static final Object[][] WINDOWS = {{100, "a", 1}, {100, "b", 1}, {200, "a", 3},
      {200, "b", 1}, {300, "a", 5}, {400, "a", 3}, {900, "b", 2}};
  private static final Object[][] ZEROS = {{100, "a", 1}, {100, "b", 1}, {200, "a", 3},
      {200, "b", 1}, {300, "a", 5}, {300, "b", 0}, {400, "a", 3}, {400, "b", 0}, {500, "a", 0},
      {500, "b", 0}, {600, "a", 0}, {600, "b", 0}, {700, "a", 0}, {700, "b", 0}, {800, "a", 0},
      {800, "b", 0}, {900, "a", 0}, {900, "b", 2}};
  private static final Object[][] PAIRS = {{100, "a", "a#1|a#1"}, {300, "a", "a#3|a#2"}};
  private static final Object[][] GROUPS = {{100, "a", "a#1|a#1"}, {100, "b", "b#1|"},
      {200, "a", "a#2|"}, {200, "c", "|c#1"}, {300, "a", "a#3|a#2"}, {900, "b", "b#2|"}};
  private static final Object[][] SESSIONS = {{100, "a", 1}, {100, "b", 1}, {200, "a", 3},
      {300, "a", 6}, {800, "a", -6}, {800, "b", -1}, {900, "b", 2}};

  private final Options options;
  private final String prefix;

  private ForgeTimed(Options options) {
    this.options = options;
    prefix = options.get("prefix");
  }

  static int world(Options options) throws Exception {
    final ForgeTimed forge = new ForgeTimed(options);
    try (Topics topics = new Topics(options.get("brokers"))) {
      forge.send(topics, "left", inputs(LEFT));
      forge.send(topics, "right", inputs(RIGHT));
      forge.send(topics, "ledger", forge.ledger());
      for (String fault : options.get("faults").split(",")) {
        forge.send(topics, "windows-" + fault, outputs(WINDOWS, fault));
        forge.send(topics, "zeros-" + fault, outputs(ZEROS, fault));
        forge.send(topics, "pairs-" + fault, outputs(PAIRS, fault));
        forge.send(topics, "groups-" + fault, outputs(GROUPS, fault));
        forge.send(topics, "sessions-" + fault, outputs(SESSIONS, fault));
      }
    }
    return 0;
  }

  private void send(Topics topics, String name, List<Seen> records) throws Exception {
    topics.createIfAbsent(prefix + "-" + name, 2);
    Forge.send(options, prefix + "-" + name, records);
  }

  private static List<Seen> inputs(String[] values) {
    final List<Seen> records = new ArrayList<>();
    for (String value : values) records.add(record(0, 50, value.substring(0, 1), bytes(value)));
    return records;
  }

  private List<Seen> ledger() {
    final List<Seen> records = new ArrayList<>();
    long left = 0;
    long right = 0;
    for (long[] batch : BATCHES) {
      final String first = batch[2] == 0 ? "" : Long.toString(batch[2]);
      final String ranges = "[\"" + prefix + "-left\",0," + left + "," + batch[3] + "],[\"" + prefix
          + "-right\",0," + right + "," + batch[4] + "]";
      records.add(batch(records.size() + 1, batch[0], first, batch[1] == 1, ranges));
      left = batch[3];
      right = batch[4];
    }
    return records;
  }

  /** A ledger's record, with as much in it as Batches reads. */
  static Seen batch(long id, long time, String first, boolean closes, String ranges) {
    return record(0, time, null,
        bytes("{\"kind\":\"batch\",\"batch\":{\"id\":" + id + ",\"time\":" + time
            + ",\"closes_first\":[" + first + "],\"closes\":" + closes + ",\"ranges\":[" + ranges
            + "]}}"));
  }

  private static List<Seen> outputs(Object[][] right, String fault) {
    final List<Seen> records = new ArrayList<>();
    for (Object[] one : right) {
      final byte[] value = one[2] instanceof Integer number
          ? ByteBuffer.allocate(Long.BYTES).putLong(number).array()
          : bytes((String) one[2]);
      records.add(record(0, (Integer) one[0], (String) one[1], value));
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
        victim.value()[victim.value().length - 1] ^= 1;
        break;
      case "late":
        records.set(at, record(0, victim.timestamp() + 50, victim.key(), victim.value()));
        break;
      case "early":
        records.add(0, records.remove(at));
        break;
      case "cut":
        records.remove(records.size() - 1);
        break;
      case "more":
        records.add(records.get(records.size() - 1));
        break;
      case "text": // no eight bytes
        records.set(at, record(0, victim.timestamp(), victim.key(), bytes("6")));
        break;
      case "moved":
        records.set(at, record(1, victim.timestamp(), victim.key(), victim.value()));
        break;
      default:
        throw new Options.UsageError("unknown fault '" + fault + "'");
    }
    return records;
  }

  static byte[] bytes(String text) { return text.getBytes(StandardCharsets.UTF_8); }

  static Seen record(int partition, long time, String key, byte[] value) {
    return new Seen("", partition, 0, time, key, value);
  }
}
