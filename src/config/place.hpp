#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep::config {

/// Where something is written. Lines and columns count from 1, columns in bytes; `end_column` is
/// one past the last byte of the first line. `source` is an index into Diagnostics::sources().
struct Place {
  std::uint32_t source = 0;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t end_column = 2;

  [[nodiscard]] bool operator==(const Place&) const = default;
};

/// How a scalar is written; decides where an offset in its text lies in the file.
enum class ScalarStyle { kPlain, kSingleQuoted, kDoubleQuoted, kBlock };

/// A scalar of the file and its place: a name, an expression, a topic. `text` has its substitutions
/// made; messages quote `written`, which never holds a substituted value (it might be a secret).
struct SourceText {
  std::string text;
  std::string written;
  Place place;
  ScalarStyle style = ScalarStyle::kPlain;
  /// Place of the first byte of the text: after a quote, or on a block scalar's first line.
  Place content;
  /// True when an offset can be mapped exactly: no escapes, foldings or substitutions.
  bool exact = false;
  /// True when `text` came from the environment or a file: never show it.
  bool substituted = false;
  /// True when a substitution failed and was reported: do not complain about the text again.
  bool failed = false;

  [[nodiscard]] bool empty() const { return text.empty(); }
  /// The place of text[offset, offset + length): for errors inside an expression. The whole scalar
  /// where it is not `exact`.
  [[nodiscard]] Place at(std::size_t offset, std::size_t length = 1) const;
};

/// Messages and comparisons need nothing but the text.
[[nodiscard]] inline bool operator==(const SourceText& a, std::string_view b) {
  return a.text == b;
}

}  // namespace lockstep::config
