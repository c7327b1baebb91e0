#include "src/config/scalar_place.hpp"

#include <algorithm>
#include <vector>

namespace lockstep::config {
namespace {

std::uint32_t narrow(std::size_t n) { return static_cast<std::uint32_t>(n); }

/// An anchor (&name) or tag (!x) stands before its value: step over it.
std::size_t skipProperties(std::string_view line, std::size_t at) {
  while (at < line.size() && (line[at] == '&' || line[at] == '!')) {
    const auto blank = line.find(' ', at);
    if (blank == std::string_view::npos) return at;
    at = line.find_first_not_of(' ', blank);
    if (at == std::string_view::npos) return line.size();
  }
  return at;
}

ScalarStyle styleOf(char first) {
  switch (first) {
    case '\'':
      return ScalarStyle::kSingleQuoted;
    case '"':
      return ScalarStyle::kDoubleQuoted;
    case '|':
    case '>':
      return ScalarStyle::kBlock;
    default:
      return ScalarStyle::kPlain;
  }
}

/// One past the closing quote, or the end of the line.
std::size_t quotedEnd(std::string_view line, std::size_t begin) {
  const char quote = line[begin];
  for (std::size_t at = begin + 1; at < line.size(); ++at) {
    if (line[at] == '\\' && quote == '"') {
      ++at;
    } else if (line[at] == quote) {
      if (quote == '\'' && at + 1 < line.size() && line[at + 1] == '\'') {
        ++at;
        continue;
      }
      return at + 1;
    }
  }
  return line.size();
}

void locateBlock(const SourceFile& file, SourceText& scalar) {
  const std::string first_line = scalar.text.substr(0, scalar.text.find('\n'));
  std::uint32_t number = scalar.place.line + 1;
  if (number > file.lineCount()) return;
  const std::string_view line = file.line(number);
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  scalar.content = {scalar.place.source, number, narrow(indent + 1), narrow(line.size() + 1)};
  // A folded block joins lines; only '|' keeps them as they are.
  const std::string_view header = file.line(scalar.place.line).substr(scalar.place.column - 1);
  scalar.exact = !header.empty() && header[0] == '|' && line.substr(indent) == first_line;
}

}  // namespace

SourceText locateScalar(const SourceFile& file, Place start, std::string text) {
  const std::string_view line = file.line(start.line);
  const std::size_t begin = std::min(
      skipProperties(line, std::min<std::size_t>(start.column - 1, line.size())), line.size());
  SourceText scalar;
  scalar.text = std::move(text);
  scalar.written = scalar.text;
  scalar.place = {start.source, start.line, narrow(begin + 1), narrow(begin + 2)};
  scalar.content = scalar.place;
  if (begin == line.size()) return scalar;
  scalar.style = styleOf(line[begin]);
  switch (scalar.style) {
    case ScalarStyle::kBlock:
      locateBlock(file, scalar);
      break;
    case ScalarStyle::kSingleQuoted:
    case ScalarStyle::kDoubleQuoted: {
      const std::size_t end = quotedEnd(line, begin);
      scalar.place.end_column = narrow(end + 1);
      scalar.content.column = narrow(begin + 2);
      scalar.exact = end >= begin + 2 && line.substr(begin + 1, end - begin - 2) == scalar.text;
      break;
    }
    case ScalarStyle::kPlain:
      scalar.exact = line.substr(begin, scalar.text.size()) == scalar.text;
      scalar.place.end_column =
          narrow(scalar.exact ? begin + scalar.text.size() + 1 : line.size() + 1);
      break;
  }
  scalar.place.end_column = std::max(scalar.place.end_column, scalar.place.column + 1);
  return scalar;
}

std::optional<Place> findUnclosed(const SourceFile& file, const Place& noticed) {
  struct Open {
    char closing;
    Place place;
  };
  std::vector<Open> open;
  char quote = '\0';
  Place quote_place;
  char before = '\n';  // last byte that is no blank: a quote opens only at the start of a scalar
  for (std::uint32_t number = 1; number <= std::min(noticed.line, file.lineCount()); ++number) {
    const std::string_view line = file.line(number);
    if (open.empty()) before = '\n';
    for (std::size_t at = 0; at < line.size(); ++at) {
      const char c = line[at];
      const Place here{noticed.source, number, narrow(at + 1), narrow(at + 2)};
      if (quote != '\0') {
        if (c == '\\' && quote == '"') ++at;
        if (c == quote) quote = '\0', before = 'x';
        continue;
      }
      if (c == '#' && (at == 0 || line[at - 1] == ' ')) break;
      if (c == ' ') continue;
      const bool starts = std::string_view("\n:,[{-?").find(before) != std::string_view::npos;
      if ((c == '"' || c == '\'') && starts) {
        quote = c, quote_place = here;
      } else if ((c == '[' || c == '{') && (starts || !open.empty())) {
        open.push_back({c == '[' ? ']' : '}', here});
      } else if (!open.empty() && c == open.back().closing) {
        open.pop_back();
      }
      before = c;
    }
  }
  if (quote != '\0') return quote_place;
  if (!open.empty()) return open.back().place;
  return std::nullopt;
}

}  // namespace lockstep::config
