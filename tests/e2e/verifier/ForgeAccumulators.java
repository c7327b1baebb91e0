package verifier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An accumulator behind the four batches of forge-timed's left input (sum and number: 2 of 2, 4 of
 * 3, 7 of 4, 9 of 5), right (fault none) or wrong in one way. --prefix as for forge-timed; makes
 * the changelogs PREFIX-changelog-FAULT, the outputs PREFIX-counted-FAULT, and the files
 * VALUES-FAULT of what was shown.
 */
final class ForgeAccumulators {
  private static final long[][] TOTALS = {{2, 2}, {4, 3}, {7, 4}, {9, 5}};
  private static final String[] OUTPUT = {"a#1", "b#1", "a#2", "a#3", "b#2"};
  private static final String NAME = "numbers";

  static int world(Options options) throws Exception {
    final String prefix = options.get("prefix");
    try (Topics topics = new Topics(options.get("brokers"))) {
      for (String fault : options.get("faults").split(",")) {
        for (String name : List.of("changelog", "counted"))
          topics.createIfAbsent(prefix + "-" + name + "-" + fault, 1);
        Forge.send(options, prefix + "-changelog-" + fault, changelog(fault));
        Forge.send(options, prefix + "-counted-" + fault, output(fault));
        Files.write(Path.of(options.get("values") + "-" + fault), shown(fault));
      }
    }
    return 0;
  }

  private static List<Seen> changelog(String fault) {
    final List<Seen> records = new ArrayList<>();
    for (long[] total : TOTALS) records.add(value(NAME, total[0], total[1]));
    switch (fault) {
      case "twice": // the third batch was run again, and its first run counted as well
        records.set(2, value(NAME, 10, 5));
        records.set(3, value(NAME, 12, 6));
        break;
      case "kept": // only the end is wrong: the last batch is missing
        records.remove(3);
        break;
      case "back":
        records.add(2, records.get(1));
        break;
      case "foreign":
        records.add(value("others", 1, 1));
        break;
      case "form":
        records.get(3).value()[0] = 1;
        break;
      case "type":
        records.get(3).value()[1] = 'L';
        break;
      default:
        break;
    }
    return records;
  }

  private static List<Seen> output(String fault) {
    final List<Seen> records = new ArrayList<>();
    for (String text : OUTPUT)
      records.add(ForgeTimed.record(0, 0, text.substring(0, 1), ForgeTimed.bytes(text)));
    if (fault.equals("lost"))
      records.remove(2);
    return records;
  }

  private static List<String> shown(String fault) {
    final List<String> lines = new ArrayList<>();
    for (int i = 0; i < TOTALS.length; i++)
      lines.add((i + 1) + " " + TOTALS[i][0] + " " + TOTALS[i][1]);
    lines.add("end 9 5");
    switch (fault) {
      case "early": // what the undecided batch behind it adds is in it
        lines.set(1, "2 7 4");
        break;
      case "short": // killed before it could show the third, which is right
        lines.remove(2);
        break;
      case "unknown":
        lines.add(4, "5 9 5");
        break;
      case "end":
        lines.set(4, "end 7 4");
        break;
      case "cut":
        lines.remove(4);
        break;
      case "silent":
        lines.subList(0, 4).clear();
        break;
      default:
        break;
    }
    return lines;
  }

  private static Seen value(String key, long sum, long count) {
    final byte[] type = "long total\0".getBytes(StandardCharsets.UTF_8);
    final ByteBuffer bytes = ByteBuffer.allocate(1 + type.length + 2 * Long.BYTES);
    return ForgeTimed.record(
        0, 0, key, bytes.put((byte) 2).put(type).putLong(sum).putLong(count).array());
  }
}
