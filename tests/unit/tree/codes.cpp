// Error codes: those that the sources name against those that the page of errors explains.
#include <algorithm>
#include <sstream>

#include "tests/unit/tree/tree.hpp"

namespace lockstep::tree {
namespace {

/// The code that a string literal begins with, alone or before its message; empty if none.
/// `text` begins at the literal's quote.
std::string_view codeAt(std::string_view text) {
  if (text.size() < 6 || text[0] != '"' || (text[1] != 'E' && text[1] != 'W')) return {};
  const auto number = text.substr(2, 3);
  const bool digits = std::all_of(number.begin(), number.end(),
                                  [](unsigned char c) { return std::isdigit(c) != 0; });
  return digits && (text[5] == '"' || text[5] == ' ') ? text.substr(1, 4) : std::string_view();
}

}  // namespace

Findings judgeCodes(const std::string& path, std::string_view text,
                    const std::set<std::string>& known) {
  Findings findings;
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    for (std::size_t at = 0; at < line.size(); ++at) {
      const std::string code(codeAt(std::string_view(line).substr(at)));
      if (code.empty() || known.contains(code)) continue;
      findings.push_back(path + ":" + std::to_string(number) + ": " + code +
                         " is not on the page of errors");
    }
  }
  return findings;
}

std::set<std::string> codesOfPage(std::string_view page) {
  std::set<std::string> codes;
  std::istringstream lines{std::string(page)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ") && line.size() > 7 && line[7] == ':') {
      codes.insert(line.substr(3, 4));
    }
  }
  return codes;
}

}  // namespace lockstep::tree
