#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/status.hpp>

#include "connectors/memory/admin.hpp"
#include "src/config/model.hpp"
#include "src/simulation/evidence.hpp"

namespace lockstep::cli {

/// One record that an output or a stream has shown.
struct ShownRecord {
  config::TestValue key;
  config::TestValue value;
  std::int64_t timestamp = 0;  ///< milliseconds since the epoch
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::int32_t partition = 0;
};

/// What one stream or topic has shown, batch by batch: one entry for each entry of `batches`.
struct ShownStream {
  config::DataFormat key = config::DataFormat::kJson;
  config::DataFormat value = config::DataFormat::kJson;
  std::vector<std::vector<ShownRecord>> batches;
};

/// The state of one step after the last batch, sorted by key; or why it cannot be read.
struct ShownState {
  std::vector<std::pair<config::TestValue, config::TestValue>> entries;
  std::string problem;
};

/// What a test's application has done.
struct TestObservation {
  Status status;  ///< how the application ended; an error leaves the rest incomplete
  std::map<std::string, ShownStream> streams;  ///< by the name in `expect`
  std::map<std::string, ShownState> states;    ///< by id
  std::vector<memory::OwnedRecord> dead_letters;
  sim::Evidence evidence;  ///< to compare other runs with; empty after an error
};

/// Runs the application of a file on an in-process Kafka of its own through the entries of one
/// test: virtual time, one thread, no state folder, each topic with one partition. Time begins at
/// 2025-01-01T00:00:00Z, the first batch one interval later. What the file would print is left out.
/// REQUIRES: the file has no errors.
[[nodiscard]] TestObservation observe(const config::ApplicationConfig& application,
                                      const config::TestConfig& test);

}  // namespace lockstep::cli
