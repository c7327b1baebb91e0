package verifier;

import java.util.HashMap;
import java.util.Map;

/** The command line behind the verb: --name value pairs. A missing or unknown one ends with 64. */
final class Options {
  private final Map<String, String> values = new HashMap<>();

  Options(String[] arguments) {
    for (int i = 1; i < arguments.length; i += 2) {
      if (!arguments[i].startsWith("--") || i + 1 == arguments.length) {
        throw new UsageError("expected --name value, got '" + arguments[i] + "'");
      }
      values.put(arguments[i].substring(2), arguments[i + 1]);
    }
  }

  String get(String name) {
    final String value = values.get(name);
    if (value == null)
      throw new UsageError("--" + name + " is missing");
    return value;
  }

  String get(String name, String fallback) { return values.getOrDefault(name, fallback); }

  /** One of two words; the first is the default. */
  String choice(String name, String fallback, String other) {
    final String value = get(name, fallback);
    if (value.equals(fallback) || value.equals(other))
      return value;
    throw new UsageError("--" + name + " is " + fallback + " or " + other);
  }

  /** Doubles are allowed, losses are not. */
  boolean atLeastOnce() {
    return choice("guarantee", "exactly_once", "at_least_once").equals("at_least_once");
  }

  int number(String name, int fallback) {
    return Integer.parseInt(get(name, Integer.toString(fallback)));
  }

  double fraction(String name, double fallback) {
    return Double.parseDouble(get(name, Double.toString(fallback)));
  }

  boolean has(String name) { return values.containsKey(name); }

  static final class UsageError extends RuntimeException {
    UsageError(String message) { super(message); }
  }
}
