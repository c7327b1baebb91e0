#include "src/cli/test_diff.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep::cli {
namespace {

/// Lists of more pairs are compared place by place: the table below would take too much memory.
constexpr std::size_t kPairsMax = 4'000'000;

using Table = std::vector<std::vector<std::size_t>>;

/// table[i][j]: the length of a longest common part of expected[i..] and found[j..].
Table commonParts(const Compared& lists) {
  const auto rows = lists.expected.size();
  const auto columns = lists.found.size();
  Table table(rows + 1, std::vector<std::size_t>(columns + 1, 0));
  for (auto i = rows; i-- > 0;) {
    for (auto j = columns; j-- > 0;) {
      table[i][j] =
          lists.fits(i, j) ? table[i + 1][j + 1] + 1 : std::max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

void placeByPlace(const Compared& lists, std::vector<DiffLine>& lines) {
  const auto rows = lists.expected.size();
  const auto columns = lists.found.size();
  for (std::size_t i = 0; i < std::max(rows, columns); ++i) {
    if (i < rows && i < columns && lists.fits(i, i)) {
      lines.push_back({' ', lists.found[i].text});
      continue;
    }
    if (i < rows) lines.push_back({'-', lists.expected[i].text});
    if (i < columns) lines.push_back({'+', lists.found[i].text});
  }
}

DiffLine leftOut(std::size_t count, std::string_view what) {
  return {'.', fmt::format("{} {}", count, what)};
}

bool same(const std::vector<DiffLine>& lines) {
  return std::all_of(lines.begin(), lines.end(), [](const auto& line) { return line.mark == ' '; });
}

}  // namespace

bool inOrder(const Compared& lists, std::vector<DiffLine>& lines) {
  const auto rows = lists.expected.size();
  const auto columns = lists.found.size();
  if (rows * columns > kPairsMax) {
    placeByPlace(lists, lines);
    return same(lines);
  }
  const auto table = commonParts(lists);
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && lists.fits(i, j)) {
      lines.push_back({' ', lists.found[j++].text});
      ++i;
    } else if (i < rows && (j == columns || table[i + 1][j] >= table[i][j + 1])) {
      lines.push_back({'-', lists.expected[i++].text});
    } else {
      lines.push_back({'+', lists.found[j++].text});
    }
  }
  return same(lines);
}

bool inAnyOrder(const Compared& lists, std::vector<DiffLine>& lines) {
  struct Marked {
    char mark;
    const Compared::Line* line;
  };
  std::vector<bool> taken(lists.found.size(), false);
  std::vector<Marked> differing;
  std::vector<Marked> fitting;
  for (std::size_t i = 0; i < lists.expected.size(); ++i) {
    std::size_t j = 0;
    while (j < taken.size() && (taken[j] || !lists.fits(i, j))) ++j;
    if (j == taken.size()) {
      differing.push_back({'-', &lists.expected[i]});
    } else {
      taken[j] = true;
      fitting.push_back({' ', &lists.found[j]});
    }
  }
  for (std::size_t j = 0; j < taken.size(); ++j) {
    if (!taken[j]) differing.push_back({'+', &lists.found[j]});
  }
  // Expected lines were put in first, so a stable sort leaves them above.
  const auto by_key = [](const auto& a, const auto& b) { return a.line->key < b.line->key; };
  std::stable_sort(differing.begin(), differing.end(), by_key);
  std::stable_sort(fitting.begin(), fitting.end(), by_key);
  for (const auto* part : {&differing, &fitting}) {
    for (const auto& [mark, line] : *part) lines.push_back({mark, line->text});
  }
  return differing.empty();
}

void shorten(std::vector<DiffLine>& lines) {
  constexpr std::size_t kAround = 3;
  std::vector<bool> near(lines.size(), false);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].mark == ' ') continue;
    const auto end = std::min(lines.size(), i + kAround + 1);
    for (auto j = i - std::min(i, kAround); j < end; ++j) near[j] = true;
  }
  std::vector<DiffLine> kept;
  for (std::size_t i = 0; i < lines.size();) {
    if (kept.size() >= kDifferenceLinesMax) {
      kept.push_back(leftOut(lines.size() - i, "more"));
      break;
    }
    auto end = i;
    while (end < lines.size() && !near[end]) ++end;
    if (end - i > 1) {
      kept.push_back(leftOut(end - i, "as expected"));
      i = end;
    } else {
      kept.push_back(std::move(lines[i++]));
    }
  }
  lines = std::move(kept);
}

}  // namespace lockstep::cli
