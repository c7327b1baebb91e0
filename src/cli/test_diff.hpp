#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "src/cli/test_check.hpp"

namespace lockstep::cli {

/// Two lists as they are compared: their texts, and which pairs fit.
struct Compared {
  struct Line {
    std::string text;
    std::string key;  ///< lines of one key belong together
  };
  std::vector<Line> expected;
  std::vector<Line> found;
  std::function<bool(std::size_t expected, std::size_t found)> fits;
};

/// Whether both hold the same in the same order, and the lines that show it: a longest common part,
/// what is missing before what is new.
[[nodiscard]] bool inOrder(const Compared& lists, std::vector<DiffLine>& lines);

/// Whether both hold the same in any order. Missing and new lines come first, by key, so that two
/// values of one key stand together, the expected one above; then what fits.
[[nodiscard]] bool inAnyOrder(const Compared& lists, std::vector<DiffLine>& lines);

/// Keeps a difference readable: runs of lines that fit are cut to those next to a difference, and
/// everything to kDifferenceLinesMax lines.
void shorten(std::vector<DiffLine>& lines);
inline constexpr std::size_t kDifferenceLinesMax = 60;

}  // namespace lockstep::cli
