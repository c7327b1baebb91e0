// The measures of a source file: rough on purpose, it reads lines and braces, not C++.
#include <array>
#include <sstream>

#include "tests/unit/tree/tree.hpp"

namespace lockstep::tree {
namespace {

constexpr int kFileLines = 500;
constexpr int kLineColumns = 100;
constexpr int kFunctionLines = 70;

// Spelled in two parts, or this file would find itself.
constexpr std::array kUndone{
    "TO"
    "DO",
    "FIX"
    "ME"};

std::size_t columns(std::string_view line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

/// Takes away what may hold braces that are none: comments, strings, characters. Keeps the lines.
class CodeOnly {
 public:
  std::string operator()(std::string_view line) {
    std::string code;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const auto rest = line.substr(i);
      if (!raw_end_.empty()) {
        i = skipTo(rest, raw_end_, i);
      } else if (in_comment_) {
        in_comment_ = rest.find("*/") == rest.npos;
        i = skipTo(rest, "*/", i);
      } else if (rest.starts_with("//")) {
        break;
      } else if (rest.starts_with("/*")) {
        in_comment_ = true;
      } else if (rest.starts_with("R\"")) {
        raw_end_ = ')';
        raw_end_ += rest.substr(2, rest.find('(') - 2);
        raw_end_ += '"';
        ++i;
      } else if (rest.front() == '"' || (rest.front() == '\'' && !isDigitSeparator(line, i))) {
        i = skipQuoted(line, i);
      } else {
        code += rest.front();
      }
    }
    return code;
  }

 private:
  std::size_t skipTo(std::string_view rest, std::string_view end, std::size_t at) {
    const auto found = rest.find(end);
    if (found == rest.npos) return at + rest.size() - 1;
    const auto last = at + found + end.size() - 1;
    raw_end_.clear();
    return last;
  }

  static bool isDigitSeparator(std::string_view line, std::size_t at) {
    return at > 0 && std::isxdigit(static_cast<unsigned char>(line[at - 1])) != 0;
  }

  static std::size_t skipQuoted(std::string_view line, std::size_t at) {
    const char quote = line[at++];
    while (at < line.size() && line[at] != quote) at += line[at] == '\\' ? 2 : 1;
    return at;
  }

  std::string raw_end_;  ///< what ends the raw string that we are in
  bool in_comment_ = false;
};

/// Blocks that open on a line with ')': functions, lambdas, loops. Classes and namespaces do not.
class Blocks {
 public:
  /// Returns the first line of a block that ends here and is too long, else 0.
  int line(std::string_view code, int number) {
    int too_long = 0;
    for (const char c : code) {
      if (c == '{') open_.push_back(code.find(')') != code.npos ? number : 0);
      if (c != '}' || open_.empty()) continue;
      const int first = open_.back();
      open_.pop_back();
      if (first != 0 && number - first + 1 > kFunctionLines) too_long = first;
    }
    return too_long;
  }

 private:
  std::vector<int> open_;
};

}  // namespace

Findings judgeShape(const std::string& path, std::string_view text) {
  Findings findings;
  const auto find = [&](int line, const std::string& what) {
    findings.push_back(path + ":" + std::to_string(line) + ": " + what);
  };
  CodeOnly code_only;
  Blocks blocks;
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (columns(line) > kLineColumns && line.find("://") == line.npos) {
      find(number, "line of " + std::to_string(columns(line)) + " columns");
    }
    for (const auto* mark : kUndone) {
      if (line.find(mark) != line.npos) find(number, std::string(mark) + ": work left undone");
    }
    if (const int first = blocks.line(code_only(line), number); first != 0) {
      find(first, "block of " + std::to_string(number - first + 1) + " lines");
    }
  }
  if (number > kFileLines) find(number, "file of " + std::to_string(number) + " lines");
  return findings;
}

}  // namespace lockstep::tree
