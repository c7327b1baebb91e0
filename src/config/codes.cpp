#include "src/config/codes.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "src/config/code_rows.hpp"

namespace lockstep::config {

std::span<const CodeText> codeTable() { return kCodeRows; }

const CodeText* findCode(std::string_view code) {
  std::string folded(code);
  for (char& c : folded) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto* found = std::find_if(std::begin(kCodeRows), std::end(kCodeRows),
                                   [&](const CodeText& row) { return row.code == folded; });
  return found == std::end(kCodeRows) ? nullptr : found;
}

std::string writeErrorsPage(std::span<const CodeText> others) {
  std::vector<CodeText> rows(std::begin(kCodeRows), std::end(kCodeRows));
  rows.insert(rows.end(), others.begin(), others.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const CodeText& a, const CodeText& b) { return a.code < b.code; });
  std::string page =
      "# Errors and warnings\n\n"
      "<!-- Generated from src/config/code_rows.hpp. -->\n\n"
      "Every message carries a code; `lockstep explain E031` prints the text below. E0xx: the "
      "file, "
      "E1xx: expressions,\nE2xx and up: while running. W: warnings, which `lint --deny-warnings` "
      "turns into findings. A code is never reused.\n";
  for (const CodeText& row : rows) {
    page += fmt::format("\n## {}: {}\n\n{}\n", row.code, row.summary, row.text);
  }
  page +=
      "\nThis page is generated: after a change of the table run "
      "`cmake --build build/dev --target docs_config`.\n";
  return page;
}

}  // namespace lockstep::config
