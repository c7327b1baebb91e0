#include "src/config/yaml_bites.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include <fmt/format.h>

namespace lockstep::config {
namespace {

bool isNameStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool isNameByte(char c) {
  return isNameStart(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

bool isOnlyName(std::string_view text) {
  if (text.empty() || !isNameStart(text[0])) return false;
  if (text == "true" || text == "false" || text == "nil") return false;
  return std::all_of(text.begin(), text.end(), isNameByte);
}

/// An expression as a YAML scalar that survives everywhere: in single quotes, quotes doubled.
std::string quoted(std::string_view expression) {
  std::string result = "'";
  for (const char c : expression) {
    if (c == '\'') result += '\'';
    result += c;
  }
  return result + "'";
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The source from `begin` to where the expression that starts there ends: the bracket that closes
/// the map around it, or the next `, name:`. Quotes and brackets inside are followed.
std::string_view wholeExpression(std::string_view line, std::size_t begin) {
  int depth = 0;
  char quote = '\0';
  for (std::size_t at = begin; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != '\0') {
      if (c == '\\') ++at;
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      if (depth-- == 0) return trimmed(line.substr(begin, at - begin));
    } else if (c == ',' && depth == 0) {
      return trimmed(line.substr(begin, at - begin));
    }
  }
  return trimmed(line.substr(begin));
}

std::string corrected(const Diagnostics& diagnostics, const Place& value, std::string_view key) {
  const auto line = diagnostics.source(value.source).line(value.line);
  const auto expression =
      wholeExpression(line, std::min<std::size_t>(value.column - 1, line.size()));
  return fmt::format("write  {}: {}", key, quoted(expression));
}

void reportEmpty(const Node& value, std::string_view key, Diagnostics& diagnostics) {
  const auto line = diagnostics.source(value.place.source).line(value.place.line);
  const auto comment = line.find('#');
  std::string help =
      fmt::format("write the expression behind '{}:'; nil is an expression too", key);
  if (comment != std::string_view::npos) {
    help = fmt::format("'#' begins a comment: write  {}: {}", key,
                       quoted(trimmed(line.substr(comment))));
  }
  diagnostics.error("E030", value.place, fmt::format("the expression of '{}' is empty", key),
                    std::move(help));
}

}  // namespace

bool readExpression(const Node& value, std::string_view key, SourceText& out,
                    Diagnostics& diagnostics) {
  if (value.isNull()) {
    reportEmpty(value, key, diagnostics);
    return false;
  }
  if (value.isList() || value.isMap()) {
    diagnostics.error(
        "E030", value.place,
        fmt::format("'{}' needs an expression; YAML reads {} here", key, value.kindName()),
        value.flow ? corrected(diagnostics, value.place, key)
                   : fmt::format("write the expression in single quotes behind '{}:'", key));
    return false;
  }
  const SourceText& scalar = value.scalar;
  if (scalar.failed) return false;
  const bool quotes =
      scalar.style == ScalarStyle::kSingleQuoted || scalar.style == ScalarStyle::kDoubleQuoted;
  if (trimmed(scalar.text).empty()) {
    diagnostics.error("E030", value.place, fmt::format("the expression of '{}' is empty", key),
                      quotes ? fmt::format("for an empty text write  {}: '\"\"'", key) : "");
    return false;
  }
  if (quotes && !scalar.substituted && isOnlyName(scalar.text)) {
    diagnostics.error(
        "E030", value.place,
        fmt::format("the quotes around {} belong to YAML: this is the variable, not the text",
                    scalar.text),
        fmt::format("for the text write  {0}: '\"{1}\"'   for the variable  {0}: {1}", key,
                    scalar.text));
    return false;
  }
  out = scalar;
  return true;
}

bool reportTornExpression(const Node& map, const NodeEntry& entry, Diagnostics& diagnostics) {
  if (!map.flow || isOnlyName(entry.key.text)) return false;
  // The value before this key is where the expression began.
  const auto self = std::find_if(map.entries.begin(), map.entries.end(),
                                 [&](const NodeEntry& e) { return &e == &entry; });
  if (self == map.entries.begin()) return false;
  auto first = self - 1;
  while (first != map.entries.begin() && !isOnlyName(first->key.text)) --first;
  const auto& began = *first;
  if (!began.value.isScalar() || began.value.scalar.style != ScalarStyle::kPlain ||
      began.value.place.line != entry.key.place.line) {
    return false;
  }
  diagnostics.error("E030", entry.key.place,
                    fmt::format("'{}' looks like the rest of the expression of '{}': a comma ends "
                                "a value inside {{ }}",
                                entry.key.text, began.key.text),
                    corrected(diagnostics, began.value.place, began.key.text));
  return true;
}

std::string correctedLine(const Diagnostics& diagnostics, const Place& noticed) {
  const auto line = diagnostics.source(noticed.source).line(noticed.line);
  const auto before = line.substr(0, std::min<std::size_t>(noticed.column - 1, line.size()));
  const auto colon = before.rfind(": ");
  if (colon == std::string_view::npos || before.find('{') > colon) return {};
  auto begin = colon;
  while (begin > 0 && isNameByte(before[begin - 1])) --begin;
  const auto key = before.substr(begin, colon - begin);
  const auto value = line.find_first_not_of(' ', colon + 1);
  if (!isOnlyName(key) || value == std::string_view::npos) return {};
  const auto expression = wholeExpression(line, value);
  if (expression.find('(') == std::string_view::npos) return {};
  return fmt::format("write  {}: {}", key, quoted(expression));
}

}  // namespace lockstep::config
