package verifier;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A small world for verify-table with its right answers, written down by hand: a stream, a table
 * whose topic was compacted after a reader had read it (partition 1 is gone altogether), a ledger
 * of four batches, and the outputs that look up the record's own key (OWN) or kN (NUMBER, dropping
 * records without a partner). Topics are PREFIX-NAME; outputs PREFIX-own-FAULT and
 * PREFIX-number-FAULT, right (fault none) or wrong in one way.
 */
final class ForgeTables {
  private static final String[] STREAM = {"a#1", "b#1", "a#2", "b#2", "a#3", "b#3"};
  private static final String[][] LEFT = { // of the table's topic, in partition 0
      {"a", "a#1"}, {"k1", "k1#1"}, {"a", "a#2"}, {"k3", "k3#1"}, {"k3", "k3#2"}, {"a", "a#3"}};
  private static final String[][] GONE = {{"b", "b#1"}, {"b", null}}; // in partition 1
  private static final long[][] ENDS = { // of each batch: stream, table's partitions 0 and 1
      {2, 2, 1}, {4, 3, 2}, {5, 4, 2}, {6, 6, 2}};
  /** The table is read from its beginning again: what is beside a key's records goes back. */
  private static final long[][] REWOUND = {{2, 3, 1}, {3, 1, 1}, {6, 6, 2}};
  private static final String[] OWN = {
      "a#1|a#1", "b#1|b#1", "a#2|a#2", "b#2|-", "a#3|a#2", "b#3|-"};
  private static final String[] NUMBER = {"a#1|k1#1", "b#1|k1#1", "a#3|k3#1", "b#3|k3#2"};
  private static final int VICTIM = 2; // in both

  private final Options options;
  private final String prefix;

  private ForgeTables(Options options) {
    this.options = options;
    prefix = options.get("prefix");
  }

  static int world(Options options) throws Exception {
    final ForgeTables forge = new ForgeTables(options);
    final List<Seen> stream = new ArrayList<>();
    for (String value : STREAM) stream.add(beside(value));
    final List<Seen> table = versions(0, LEFT);
    try (Topics topics = new Topics(options.get("brokers"))) {
      forge.send(topics, "stream", stream);
      forge.send(topics, "table", table);
      forge.send(topics, "ledger", forge.ledger(ENDS, true));
      forge.send(topics, "rewound", forge.ledger(REWOUND, false));
      for (String fault : options.get("faults").split(",")) {
        forge.send(topics, "own-" + fault, outputs(OWN, fault));
        forge.send(topics, "number-" + fault, outputs(NUMBER, fault));
      }
    }
    table.addAll(versions(1, GONE));
    forge.recordAlong(table);
    return 0;
  }

  private void send(Topics topics, String name, List<Seen> records) throws Exception {
    topics.createIfAbsent(prefix + "-" + name, 2);
    Forge.send(options, prefix + "-" + name, records);
  }

  /** The file of a reader that saw the table's topic before it was compacted. */
  private void recordAlong(List<Seen> table) throws Exception {
    final List<String> lines = new ArrayList<>();
    for (Seen seen : table)
      lines.add(seen.partition() + "\t" + seen.offset() + "\t" + seen.content());
    Files.write(Path.of(options.get("record")), lines);
  }

  private List<Seen> ledger(long[][] ends, boolean tile) {
    final List<Seen> records = new ArrayList<>();
    long[] from = {0, 0, 0};
    for (long[] until : ends) {
      final String ranges = range("stream", 0, from[0], until[0]) + ","
          + range("table", 0, tile ? from[1] : 0, until[1]) + ","
          + range("table", 1, from[2], until[2]);
      records.add(
          ForgeTimed.batch(records.size() + 1, 100 * (records.size() + 1), "", true, ranges));
      from = until;
    }
    return records;
  }

  private String range(String topic, int partition, long from, long until) {
    return "[\"" + prefix + "-" + topic + "\"," + partition + "," + from + "," + until + "]";
  }

  private static List<Seen> outputs(String[] right, String fault) {
    final List<Seen> records = new ArrayList<>();
    for (String value : right) records.add(beside(value));
    final String victim = right[VICTIM];
    final String record = victim.substring(0, victim.indexOf('|'));
    switch (fault) {
      case "none":
        break;
      case "lost":
        records.remove(VICTIM);
        break;
      case "twice":
        records.add(VICTIM + 1, records.get(VICTIM));
        break;
      case "aborted":
        records.add(beside("aborted a#4|-"));
        break;
      case "early": // a version that only a later batch has read
        records.set(VICTIM, beside(record + (right == OWN ? "|a#3" : "|k3#2")));
        break;
      case "stale":
        records.set(VICTIM, beside(record + (right == OWN ? "|a#1" : "|k1#1")));
        break;
      case "absent":
        records.set(VICTIM, beside(record + "|-"));
        break;
      case "undead": // the table's tombstone had no effect
        records.set(VICTIM + 1, beside(right == OWN ? "b#2|b#1" : "b#2|k1#1"));
        break;
      case "never":
        records.set(VICTIM, beside(record + "|a#9"));
        break;
      case "swap":
        Collections.swap(records, 0, VICTIM);
        break;
      case "bare":
        records.set(VICTIM, beside(record));
        break;
      case "null":
        records.set(VICTIM, ForgeTimed.record(0, 0, "a", null));
        break;
      case "kept": // a record without a partner where such are dropped
        records.add(VICTIM, beside("a#2|-"));
        break;
      case "rewound": // agrees with the ledger of that name
        records.clear();
        for (String value :
            new String[] {"a#1|a#2", "b#1|b#1", "a#2|a#1", "b#2|-", "a#3|a#3", "b#3|-"})
          records.add(beside(value));
        break;
      default:
        throw new Options.UsageError("unknown fault '" + fault + "'");
    }
    return records;
  }

  private static List<Seen> versions(int partition, String[][] versions) {
    final List<Seen> records = new ArrayList<>();
    for (String[] version : versions)
      records.add(new Seen("", partition, records.size(), 0, version[0],
          version[1] == null ? null : ForgeTimed.bytes(version[1])));
    return records;
  }

  /** A record of the key that its value begins with. */
  private static Seen beside(String value) {
    final int begin = value.startsWith("aborted ") ? "aborted ".length() : 0;
    return ForgeTimed.record(
        0, 0, value.substring(begin, value.indexOf('#')), ForgeTimed.bytes(value));
  }
}
