#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <lockstep/base/result.hpp>

#include "src/config/diagnostic.hpp"
#include "src/config/node.hpp"

namespace lockstep::config {

/// Where `${env:...}` and `${file:...}` get their values: the process, or a test.
struct Surroundings {
  /// nullopt = not set
  std::function<std::optional<std::string>(const std::string& name)> environment;
  /// The whole file; the error says why not
  std::function<Result<std::string>(const std::string& path)> file;
};

/// The environment and the file system of this process. Files of at most 64 KiB.
[[nodiscard]] Surroundings processSurroundings();

/// Replaces ${env:NAME}, ${env:NAME:-default}, ${env:NAME:?message}, ${file:/path} and $$ in every
/// scalar below `node`, never in keys, never twice: a value cannot add keys or references. A file's
/// last line end is cut. Mistakes name the variable and the place, never a value.
void substitute(Node& node, const Surroundings& surroundings, Diagnostics& diagnostics);

}  // namespace lockstep::config
