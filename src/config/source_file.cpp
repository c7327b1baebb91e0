#include "src/config/source_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace lockstep::config {
namespace {

constexpr std::size_t kExcerptBytesMax = 120;
constexpr std::size_t kCutBefore = 40;  // bytes kept before the caret of a long line

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool isKeyByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
}

/// The value behind `key:`: to the closing quote, or up to what ends a plain scalar.
std::size_t valueEnd(std::string_view line, std::size_t begin) {
  const char quote = line[begin];
  if (quote == '"' || quote == '\'') {
    const auto end = line.find(quote, begin + 1);
    return end == std::string_view::npos ? line.size() : end + 1;
  }
  return line.size();  // a plain value may hold ',' or '}' in a block map: hide too much, not less
}

/// Values of secret-looking keys, found by their looks: the file need not be valid YAML.
std::vector<Span> secretValues(std::string_view line) {
  std::vector<Span> spans;
  std::size_t key = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] != ':' && line[at] != '=') {
      if (!isKeyByte(line[at]) && line[at] != '"' && line[at] != '\'') key = at + 1;
      continue;
    }
    std::size_t begin = at + 1;
    while (begin < line.size() && line[begin] == ' ') ++begin;
    const bool secret = looksSecret(line.substr(key, at - key));
    key = at + 1;
    if (!secret || begin == line.size()) continue;
    const std::size_t quoted = line[begin] == '"' || line[begin] == '\'' ? 1 : 0;
    if (line.substr(begin + quoted, 2) == "${") continue;  // a reference shows no secret
    spans.push_back({begin, valueEnd(line, begin)});
    at = spans.back().end - 1;
    key = spans.back().end;
  }
  return spans;
}

std::vector<Span> merged(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(), [](Span a, Span b) { return a.begin < b.begin; });
  std::vector<Span> result;
  for (const Span span : spans) {
    if (!result.empty() && span.begin <= result.back().end) {
      result.back().end = std::max(result.back().end, span.end);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

void cutLong(Excerpt& excerpt) {
  if (excerpt.text.size() <= kExcerptBytesMax) return;
  if (excerpt.caret_begin > kExcerptBytesMax - kCutBefore) {
    const std::size_t cut = excerpt.caret_begin - kCutBefore;
    excerpt.text.replace(0, cut, "... ");
    excerpt.caret_begin = static_cast<std::uint32_t>(kCutBefore + 4);
  }
  if (excerpt.text.size() > kExcerptBytesMax) {
    excerpt.text.resize(kExcerptBytesMax);
    excerpt.text += " ...";
  }
  const auto room =
      excerpt.text.size() - std::min<std::size_t>(excerpt.caret_begin, excerpt.text.size());
  excerpt.caret_length = std::min(excerpt.caret_length, static_cast<std::uint32_t>(room));
}

}  // namespace

bool looksSecret(std::string_view key) {
  std::string folded(key);
  std::transform(folded.begin(), folded.end(), folded.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array kMarks{"password", "passwd", "secret", "passphrase", "token", "pem"};
  // A path or an address beside a secret is none.
  for (const auto* plain : {"location", "url", "endpoint"}) {
    if (folded.find(plain) != std::string::npos) return false;
  }
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](const char* mark) { return folded.find(mark) != std::string::npos; });
}

SourceFile::SourceFile(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)), line_starts_{0} {
  for (std::size_t at = 0; at < text_.size(); ++at) {
    if (text_[at] == '\n') line_starts_.push_back(at + 1);
  }
}

std::string_view SourceFile::line(std::uint32_t number) const {
  if (number == 0 || number > line_starts_.size()) return {};
  const std::size_t begin = line_starts_[number - 1];
  std::string_view rest = std::string_view(text_).substr(begin);
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

void SourceFile::hide(std::uint32_t number, std::uint32_t column, std::uint32_t end_column) {
  hidden_.push_back({number, column, end_column});
}

Excerpt SourceFile::excerpt(const Place& place) const {
  const std::string_view source = line(place.line);
  auto spans = secretValues(source);
  for (const Hidden& hidden : hidden_) {
    if (hidden.line != place.line) continue;
    spans.push_back({std::min<std::size_t>(hidden.column - 1, source.size()),
                     std::min<std::size_t>(hidden.end_column - 1, source.size())});
  }
  const std::size_t caret = std::min<std::size_t>(place.column - 1, source.size());
  const std::size_t caret_end =
      std::max<std::size_t>(caret + 1, std::min<std::size_t>(place.end_column - 1, source.size()));
  Excerpt excerpt;
  std::size_t begin = std::string::npos;
  std::size_t end = 0;
  std::size_t at = 0;
  const auto keep = [&](std::size_t until) {
    for (; at < until; ++at) {
      if (at == caret) begin = excerpt.text.size();
      const auto byte = static_cast<unsigned char>(source[at]);
      excerpt.text += byte < 0x20 || byte == 0x7f ? ' ' : source[at];
      if (at < caret_end) end = excerpt.text.size();
    }
  };
  for (const Span span : merged(std::move(spans))) {
    keep(span.begin);
    if (span.end <= span.begin) continue;
    if (caret >= span.begin && caret < span.end) begin = excerpt.text.size();
    excerpt.text += "***";
    if (caret_end > span.begin) end = excerpt.text.size();
    at = span.end;
  }
  keep(source.size());
  if (begin == std::string::npos) begin = excerpt.text.size();
  excerpt.caret_begin = static_cast<std::uint32_t>(begin);
  excerpt.caret_length = static_cast<std::uint32_t>(end > begin ? end - begin : 1);
  cutLong(excerpt);
  return excerpt;
}

}  // namespace lockstep::config
