package verifier;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;

/**
 * A second reader that runs beside the faults. What it saw goes to a file, one line per record:
 * partition, tab, offset, tab, key and value. verify-seen compares the file with the topic as it
 * reads afterwards: a read_committed reader must never have seen what is not there in the end.
 */
final class Read {
  static int follow(Options options) throws Exception {
    final String topic = options.get("topic");
    final IsolationLevel isolation = IsolationLevel.valueOf(
        "READ_" + options.choice("isolation", "committed", "uncommitted").toUpperCase());
    final Path until = Path.of(options.get("follow-until"));
    final long[] count = {0};
    try (Topics topics = new Topics(options.get("brokers"));
         BufferedWriter out = Files.newBufferedWriter(Path.of(options.get("record")));
         KafkaConsumer<byte[], byte[]> consumer = topics.consumerFromStart(topic, isolation)) {
      while (!Files.exists(until)) {
        consumer.poll(Duration.ofMillis(50)).forEach(record -> write(out, Seen.of(record), count));
      }
      Topics.drain(consumer, topics.ends(topic, isolation), seen -> write(out, seen, count));
    }
    System.out.println("ok    read: " + count[0] + " records seen");
    return 0;
  }

  /** Each line of the file is in the topic, at its place, and no committed record is missing. */
  static int verifySeen(Options options) throws Exception {
    final Report report = new Report("seen");
    final Map<String, String> expected = new HashMap<>();
    try (Topics topics = new Topics(options.get("brokers"))) {
      final List<Seen> committed = topics.readCommitted(options.get("topic"));
      for (Seen seen : committed) {
        expected.put(seen.partition() + "\t" + seen.offset(), line(seen));
      }
    }
    final int total = expected.size();
    try (BufferedReader in = Files.newBufferedReader(Path.of(options.get("record")))) {
      for (String line; (line = in.readLine()) != null;) {
        final int cut = line.lastIndexOf('\t');
        final String content = expected.remove(line.substring(0, cut));
        if (content == null)
          report.find("seen during the faults, not there now (or seen twice): " + line);
        else if (!content.equals(line.substring(cut + 1)))
          report.find("now '" + content + "', was: " + line);
      }
    }
    expected.forEach((place, content) -> report.find("never seen: " + place + "\t" + content));
    return report.finish(total + " committed records compared with what the reader saw");
  }

  /** The content in one line and without a tab; binary values in hexadecimal digits. */
  private static String line(Seen seen) {
    final boolean text = seen.value() == null || seen.text().matches("[^\\p{Cntrl}\ufffd]*");
    final String value = text ? seen.text() : "0x" + HexFormat.of().formatHex(seen.value());
    return (seen.key() + " = " + value).replaceAll("\\p{Cntrl}", " ");
  }

  private static void write(BufferedWriter out, Seen seen, long[] count) {
    try {
      out.write(seen.partition() + "\t" + seen.offset() + "\t" + line(seen));
      out.newLine();
      count[0]++;
    } catch (java.io.IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }
}
