#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lockstep {

/// Name and version of each library that decides how Lockstep behaves.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> linkedVersions();

}  // namespace lockstep
