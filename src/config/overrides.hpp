#pragma once

#include <string>
#include <vector>

#include "src/config/diagnostic.hpp"
#include "src/config/node.hpp"

namespace lockstep::config {

/// Puts each `path=value` (a `--set` argument) into the tree, before substitution and all checks,
/// so that an override is judged like the file. The value is YAML; path parts are keys, or numbers
/// (from 0) within lists; what follows `kafka.client.` is one key. Later arguments win.
void applyOverrides(const std::vector<std::string>& arguments, Node& root,
                    Diagnostics& diagnostics);

}  // namespace lockstep::config
