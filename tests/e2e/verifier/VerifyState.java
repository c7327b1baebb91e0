package verifier;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * The state that the changelog holds is what the output said last: the same keys with the same
 * numbers. Reads the formats that docs/formats.md describes for texts and whole numbers.
 */
final class VerifyState {
  private static final int VERSION = 2;
  private static final int INTEGER = 3;
  private static final int TEXT = 5;

  private final Report report = new Report("state");
  private final Map<String, Long> state = new TreeMap<>();
  private final Map<String, Integer> shards = new TreeMap<>();

  static int run(Options options) throws Exception {
    final VerifyState verify = new VerifyState();
    final Map<String, Long> output = new TreeMap<>();
    try (Topics topics = new Topics(options.get("brokers"))) {
      for (Seen seen : topics.readCommitted(options.get("changelog"))) verify.apply(seen);
      for (Seen seen : topics.readCommitted(options.get("output"))) {
        output.put(seen.key(), seen.count(true));
      }
    }
    return verify.compare(output);
  }

  private void apply(Seen seen) {
    try {
      final String key = key(seen.key());
      final Integer shard = shards.put(key, seen.partition());
      if (shard != null && shard != seen.partition())
        report.find("moved: '" + key + "' at " + seen.place() + ", was in shard " + shard);
      if (seen.value() == null)
        state.remove(key);
      else
        state.put(key, number(seen.value()));
    } catch (IllegalArgumentException unreadable) {
      report.find("form: " + seen.place() + ": " + unreadable.getMessage());
    }
  }

  private int compare(Map<String, Long> output) {
    output.forEach((key, number) -> {
      if (!number.equals(state.get(key)))
        report.find("state: '" + key + "' is " + state.get(key) + ", the output says " + number);
    });
    state.keySet().removeAll(output.keySet());
    state.forEach(
        (key,
            number) -> report.find("state: '" + key + "' is " + number + ", never in the output"));
    return report.finish(output.size() + " keys");
  }

  /** Kind, size in one byte, text: keys of tests are short and plain. */
  private static String key(String encoded) {
    if (encoded == null || encoded.length() < 2 || encoded.charAt(0) != TEXT
        || encoded.charAt(1) != encoded.length() - 2)
      throw new IllegalArgumentException("the key is no text: '" + encoded + "'");
    return encoded.substring(2);
  }

  /** Eight bytes for what the program sums itself, kind and varint for what an expression made. */
  private static long number(byte[] bytes) {
    if (bytes.length < 3 || bytes[0] != VERSION)
      throw new IllegalArgumentException("the value has no version or nothing behind it");
    if (bytes.length == 1 + Long.BYTES)
      return ByteBuffer.wrap(bytes).getLong(1);
    if (bytes[1] != INTEGER)
      throw new IllegalArgumentException("a value of kind " + bytes[1]);
    long zigzag = 0;
    for (int i = 2; i < bytes.length; i++) zigzag |= (long) (bytes[i] & 0x7f) << (7 * (i - 2));
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }
}
