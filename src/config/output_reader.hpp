#pragma once

#include <span>
#include <vector>

#include "src/config/diagnostic.hpp"
#include "src/config/key_table.hpp"
#include "src/config/node.hpp"
#include "src/config/stream_model.hpp"

namespace lockstep::config {

/// Reads the list `outputs`. An output with a mistake is kept with what could be read.
void readOutputs(const Node& outputs, std::vector<OutputConfig>& out, Diagnostics& diagnostics);

/// The keys of outputs, for the reference page and the schema.
[[nodiscard]] std::span<const KeyRow> outputKeys();
[[nodiscard]] std::span<const KeyRow> kafkaOutputKeys();
[[nodiscard]] std::span<const KeyRow> chosenTopicKeys();
[[nodiscard]] std::span<const KeyRow> filesOutputKeys();
[[nodiscard]] std::span<const KeyRow> printOutputKeys();

}  // namespace lockstep::config
