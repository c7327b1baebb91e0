#pragma once

#include <optional>

#include "src/config/diagnostic.hpp"
#include "src/config/node.hpp"
#include "src/config/stream_model.hpp"

namespace lockstep::config {

/// Reads one entry of `steps`: an operator with its options, plus id and parallelism, all checked
/// against the operator table. Mistakes are reported; nullopt when there is no operator to keep.
[[nodiscard]] std::optional<StepConfig> readStep(const Node& node, Diagnostics& diagnostics);

}  // namespace lockstep::config
