package verifier;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import verifier.Batches.Batch;

/**
 * Each record KEY#N of a stream is in the output once, as KEY#N|VALUE with what a table's topic had
 * for it: the value of the newest record of its key in the batches up to its own, or "-". The
 * table's topic is compacted while it is read, so what it held comes from a reader that read along
 * (verb read, --record).
 *
 * <p>What a batch read is believed of the ledger, which verify-offsets and verify-ledger judge.
 * Without it, too: a value beside a record is one that its key really had, and what is beside the
 * records of one key never goes back.
 */
final class VerifyTable {
  private final Report report = new Report("table");
  private final boolean own; // looked up by the record's key, or by "kN"
  private final boolean drops; // records without a partner
  private final Map<TopicPartition, List<Seen>> history = new HashMap<>(); // of the table's topic
  private final Set<String> had = new HashSet<>(); // "KEY = VALUE" that the table's topic ever held
  private final Map<String, String> table = new HashMap<>();
  private final Map<String, String> wanted = new HashMap<>(); // stream's record -> what is beside
  private final Map<String, Long> versions = new HashMap<>(); // by key: last one in the output
  private final Map<String, Long> numbers = new HashMap<>(); // by key: last record in the output

  private VerifyTable(Options options) {
    own = options.choice("key", "own", "number").equals("own");
    drops = options.choice("missing", "keep", "drop").equals("drop");
  }

  static int run(Options options) throws Exception {
    final VerifyTable verify = new VerifyTable(options);
    final String stream = options.get("stream");
    final String topic = options.get("table");
    long records = 0;
    final long gone;
    try (Topics topics = new Topics(options.get("brokers"))) {
      verify.readHistory(topic, Path.of(options.get("record")));
      gone = verify.compareHistory(topics.readCommitted(topic));
      for (Batch batch :
          Batches.read(topics, options.get("ledger"), List.of(stream), verify.history))
        verify.add(batch.records().getOrDefault(topic, List.of()),
            batch.records().getOrDefault(stream, List.of()));
      for (Seen seen : topics.readCommitted(options.get("output"))) {
        verify.judge(seen);
        records++;
      }
    }
    verify.wanted.forEach((record, beside) -> verify.report.find("gap: " + record + "|" + beside));
    if (gone < options.number("compacted", 0))
      verify.report.find("compaction: of the table's topic only " + gone + " records are gone");
    return verify.report.finish(
        records + " records beside a table of " + verify.table.size() + " keys");
  }

  private void readHistory(String topic, Path file) throws Exception {
    try (BufferedReader in = Files.newBufferedReader(file)) {
      for (String line; (line = in.readLine()) != null;) {
        final String[] parts = line.split("\t", 3);
        final int cut = parts[2].indexOf(" = ");
        final String key = parts[2].substring(0, cut);
        final String value = parts[2].substring(cut + 3);
        final int partition = Integer.parseInt(parts[0]);
        final byte[] bytes = value.equals("null") ? null : value.getBytes(StandardCharsets.UTF_8);
        had.add(parts[2]);
        history.computeIfAbsent(new TopicPartition(topic, partition), name -> new ArrayList<>())
            .add(new Seen(topic, partition, Long.parseLong(parts[1]), 0, key, bytes));
      }
    }
  }

  /** What is left must have been seen; returns how many were seen that are gone. */
  private long compareHistory(List<Seen> left) {
    final Map<String, String> seen = new HashMap<>();
    for (List<Seen> records : history.values())
      for (Seen record : records) seen.put(record.place(), record.content());
    final long all = seen.size();
    for (Seen record : left) {
      if (!record.content().equals(seen.get(record.place())))
        report.find("the reader has missed " + record.place() + ": " + record.content());
    }
    return all - left.size();
  }

  private void add(List<Seen> changes, List<Seen> records) {
    for (Seen change : changes) {
      if (change.value() == null)
        table.remove(change.key());
      else
        table.put(change.key(), change.text());
    }
    for (Seen record : records) {
      final String beside = table.get(keyOf(record.key(), Batches.number(record)));
      if (beside != null || !drops)
        wanted.put(record.content(), beside == null ? "-" : beside);
    }
  }

  private String keyOf(String key, long number) { return own ? key : "k" + number; }

  private void judge(Seen seen) {
    final int cut = seen.value() == null ? -1 : seen.text().indexOf('|');
    if (cut < 0) {
      report.find("form: " + seen.place() + " has " + seen.content());
      return;
    }
    final String record = seen.text().substring(0, cut);
    final String beside = seen.text().substring(cut + 1);
    final String expected = wanted.remove(seen.key() + " = " + record);
    if (expected == null)
      report.find("foreign or double: " + seen.place() + " has " + seen.content());
    else if (!expected.equals(beside))
      report.find(
          "version: " + seen.place() + " has " + seen.content() + ", the table had " + expected);
    judgeAlone(seen, numberOf(record), beside);
  }

  /** What holds whatever the ledger says. */
  private void judgeAlone(Seen seen, long number, String beside) {
    final Long before = numbers.put(seen.key(), number);
    if (before != null && before >= number)
      report.find("order: " + seen.place() + " has " + seen.content() + " after #" + before);
    if (beside.equals("-"))
      return;
    final String key = keyOf(seen.key(), number);
    if (!had.contains(key + " = " + beside))
      report.find("never there: " + seen.place() + " has " + seen.content());
    final Long version = own ? versions.put(key, numberOf(beside)) : null;
    if (version != null && version > numberOf(beside))
      report.find("back: " + seen.place() + " has " + seen.content() + " after version " + version);
  }

  private static long numberOf(String text) {
    return Long.parseLong(text.substring(text.lastIndexOf('#') + 1));
  }
}
