#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "src/cli/loaded.hpp"

namespace lockstep::cli {

/// What `explain` knows of a file: topics, internal topics, steps with their stages and back ends,
/// state, outputs with their guarantee. The other formats are made from it.
[[nodiscard]] nlohmann::json graphJson(const Loaded& loaded);

[[nodiscard]] std::string graphText(const nlohmann::json& graph);
[[nodiscard]] std::string graphDot(const nlohmann::json& graph);
[[nodiscard]] std::string graphMermaid(const nlohmann::json& graph);

}  // namespace lockstep::cli
