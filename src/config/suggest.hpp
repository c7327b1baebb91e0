#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep::config {

/// The known name nearest to `given` (edit distance of at most a third of its length, case and
/// '-'/'_' ignored); empty when nothing is near.
[[nodiscard]] std::string_view nearest(std::string_view given,
                                       const std::vector<std::string_view>& known);
/// "did you mean 'x'?", or empty.
[[nodiscard]] std::string didYouMean(std::string_view given,
                                     const std::vector<std::string_view>& known);
/// "a, b or c"
[[nodiscard]] std::string listed(const std::vector<std::string_view>& names);

}  // namespace lockstep::config
