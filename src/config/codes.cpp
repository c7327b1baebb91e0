#include "src/config/codes.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "src/config/code_rows.hpp"

namespace lockstep::config {

std::span<const ErrorText> codeTable() { return kCodeRows; }

const ErrorText* findCode(std::string_view code) {
  std::string folded(code);
  for (char& c : folded) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto* found = std::find_if(std::begin(kCodeRows), std::end(kCodeRows),
                                   [&](const ErrorText& row) { return row.code == folded; });
  return found == std::end(kCodeRows) ? nullptr : found;
}

std::string writeErrorsPage(std::span<const ErrorText> others) {
  std::vector<ErrorText> rows(std::begin(kCodeRows), std::end(kCodeRows));
  rows.insert(rows.end(), others.begin(), others.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ErrorText& a, const ErrorText& b) { return a.code < b.code; });
  std::string page =
      "# Errors and warnings\n\n"
      "<!-- Generated from the tables of all modules: see src/cli/error_texts.cpp. -->\n\n"
      "Every message carries a code; `lockstep explain E031` prints the text below. E0xx: the "
      "file,\nE20x to E22x: the engine, E23x: state and changelogs, E24x: client and cluster, "
      "E3xx: "
      "records and outputs,\nE70x: the disk. W: warnings, which `lint --deny-warnings` turns into "
      "findings. A code has one meaning and is\nnever reused.\n";
  for (const ErrorText& row : rows) {
    page += fmt::format("\n## {}: {}\n\n{}\n", row.code, row.title, row.text);
  }
  page +=
      "\nThis page is generated: after a change of the table run "
      "`cmake --build build/dev --target docs_errors`.\n";
  return page;
}

}  // namespace lockstep::config
