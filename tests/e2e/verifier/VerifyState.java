package verifier;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * The state that the changelog holds is what the output said last: the same keys with the same
 * numbers. Reads the formats that docs/formats.md describes for texts and whole numbers.
 */
final class VerifyState {
  private static final int VERSION = 1;
  private static final int INTEGER = 3;
  private static final int TEXT = 5;

  static int run(Options options) throws Exception {
    final Report report = new Report("state");
    final Map<String, Long> state = new TreeMap<>();
    final Map<String, Long> output = new TreeMap<>();
    try (Topics topics = new Topics(options.get("brokers"))) {
      for (Seen seen : topics.readCommitted(options.get("changelog"))) {
        final String key = key(seen.key());
        if (seen.value() == null)
          state.remove(key);
        else
          state.put(key, number(seen.value()));
      }
      for (Seen seen : topics.readCommitted(options.get("output"))) {
        output.put(seen.key(), seen.count(true));
      }
    }
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
    if (encoded.charAt(0) != TEXT || encoded.charAt(1) != encoded.length() - 2)
      throw new IllegalStateException("a key of kind " + (int) encoded.charAt(0));
    return encoded.substring(2);
  }

  /** Eight bytes for what the program sums itself, kind and varint for what an expression made. */
  private static long number(byte[] bytes) {
    if (bytes[0] != VERSION)
      throw new IllegalStateException("a value of version " + bytes[0]);
    if (bytes.length == 1 + Long.BYTES)
      return ByteBuffer.wrap(bytes).getLong(1);
    if (bytes[1] != INTEGER)
      throw new IllegalStateException("a value of kind " + bytes[1]);
    long zigzag = 0;
    for (int i = 2; i < bytes.length; i++) zigzag |= (long) (bytes[i] & 0x7f) << (7 * (i - 2));
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }
}
