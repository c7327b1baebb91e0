#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "src/config/place.hpp"

namespace lockstep::config {

/// A key or value in `tests:`: null, boolean, integer, float, text, list or map.
using TestValue = nlohmann::json;

/// One record, given or expected. An absent member was not written.
struct TestRecord {
  Place place;
  std::optional<TestValue> key;
  std::optional<TestValue> value;
  std::optional<std::int64_t> timestamp;  ///< milliseconds since the epoch
  std::vector<std::pair<std::string, std::string>> headers;
};

/// One entry of `batches`: either records by stream for one interval, or idle intervals.
struct TestBatch {
  Place place;
  std::optional<std::chrono::nanoseconds> advance;
  std::vector<std::pair<SourceText, std::vector<TestRecord>>> input;  ///< stream -> records
};

/// What one stream or output shows in one batch.
struct ExpectedBatch {
  Place place;
  bool ordered = false;  ///< a list of records: in this order; a map (key: value): any order
  std::vector<TestRecord> records;
};

/// `expect:` of one stream or of an output's topic, batch by batch.
struct ExpectedStream {
  SourceText name;
  std::vector<ExpectedBatch> batches;
};

/// `expect.state`: the state of a step's id after the last batch; any order.
struct ExpectedState {
  SourceText id;
  std::vector<std::pair<TestValue, TestValue>> entries;
};

/// One entry of `tests`.
struct TestConfig {
  SourceText name;
  std::vector<TestBatch> batches;
  std::vector<ExpectedStream> streams;
  std::vector<ExpectedState> state;
  /// Each a map with some of {step, cause, stream, key, value...}; absent = not checked.
  std::optional<std::vector<TestValue>> dead_letters;
};

}  // namespace lockstep::config
