#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/place.hpp"

namespace lockstep::config {

/// A line ready to be shown: secrets replaced, tabs as blanks, long lines cut.
struct Excerpt {
  std::string text;
  std::uint32_t caret_begin = 0;  ///< offset of the caret in `text`
  std::uint32_t caret_length = 1;
};

/// One text that mistakes can point into: the YAML file, or one `--set` argument.
class SourceFile {
 public:
  SourceFile(std::string name, std::string text);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Line `number` (from 1) without its end; empty past the end.
  [[nodiscard]] std::string_view line(std::uint32_t number) const;
  [[nodiscard]] std::uint32_t lineCount() const {
    return static_cast<std::uint32_t>(line_starts_.size());
  }

  /// Hides the bytes of [begin, end) of line `number` from every excerpt.
  void hide(std::uint32_t number, std::uint32_t column, std::uint32_t end_column);

  /// The line of `place` with its caret. Values of keys that look secret (`password: x`) are
  /// replaced by *** even where the file could not be parsed.
  [[nodiscard]] Excerpt excerpt(const Place& place) const;

 private:
  struct Hidden {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t end_column = 0;
  };

  std::string name_;
  std::string text_;
  std::vector<std::size_t> line_starts_;
  std::vector<Hidden> hidden_;
};

/// True for keys whose values are secrets: password, secret, token, key.pem...
[[nodiscard]] bool looksSecret(std::string_view key);

}  // namespace lockstep::config
