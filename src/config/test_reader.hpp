#pragma once

#include <span>
#include <vector>

#include "src/config/diagnostic.hpp"
#include "src/config/key_table.hpp"
#include "src/config/node.hpp"
#include "src/config/test_model.hpp"

namespace lockstep::config {

/// Reads the list `tests`. Whether its streams and ids exist is the lint's business.
void readTests(const Node& tests, std::vector<TestConfig>& out, Diagnostics& diagnostics);

/// The keys of a test, of its records and of its dead letters, for the reference and the schema.
[[nodiscard]] std::span<const KeyRow> testKeys();
[[nodiscard]] std::span<const KeyRow> testRecordKeys();
[[nodiscard]] std::span<const KeyRow> testDeadLetterKeys();

}  // namespace lockstep::config
