#include "src/config/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace lockstep::config {
namespace {

constexpr std::size_t kNameBytesMax = 64;  // longer names are no typing errors

char folded(char c) {
  if (c == '-') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Edits that turn `a` into `b`; two neighbours that changed places count as one.
std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::vector<std::size_t> next(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = folded(a[i - 1]) == folded(b[j - 1]);
      next[j] = std::min({row[j - 1] + (same ? 0 : 1), row[j] + 1, next[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                           folded(a[i - 2]) == folded(b[j - 1]);
      if (swapped) next[j] = std::min(next[j], before[j - 2] + 1);
    }
    std::swap(before, row);
    std::swap(row, next);
  }
  return row.back();
}

}  // namespace

std::string_view nearest(std::string_view given, const std::vector<std::string_view>& known) {
  if (given.size() > kNameBytesMax) return {};
  std::size_t best = std::max<std::size_t>(1, given.size() / 3) + 1;
  std::string_view found;
  for (const auto name : known) {
    const std::size_t distance = editDistance(given, name.substr(0, kNameBytesMax));
    if (distance < best && distance < name.size()) best = distance, found = name;
  }
  return found;
}

std::string didYouMean(std::string_view given, const std::vector<std::string_view>& known) {
  const auto name = nearest(given, known);
  return name.empty() ? std::string() : fmt::format("did you mean '{}'?", name);
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace lockstep::config
