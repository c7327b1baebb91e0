package bench;

import java.util.HashMap;
import java.util.Map;

/**
 * Arguments of the form name=value. A value that is asked for without a default has to be given.
 */
final class Options {
  private final Map<String, String> values = new HashMap<>();

  Options(String[] arguments) {
    for (String argument : arguments) {
      final int equals = argument.indexOf('=');
      if (equals < 0)
        throw new IllegalArgumentException("not of the form name=value: " + argument);
      values.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
  }

  String text(String name) {
    final String value = values.get(name);
    if (value == null)
      throw new IllegalArgumentException("missing: " + name + "=...");
    return value;
  }

  String text(String name, String otherwise) { return values.getOrDefault(name, otherwise); }

  long number(String name, long otherwise) {
    return Long.parseLong(text(name, Long.toString(otherwise)));
  }
}
