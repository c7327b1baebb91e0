#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/config/data_value.hpp"
#include "src/config/place.hpp"

namespace lockstep::config {

/// A key or value in `tests:`.
using TestValue = DataValue;

/// One record, given or expected. An absent member was not written.
struct TestRecord {
  Place place;
  std::optional<TestValue> key;
  std::optional<TestValue> value;
  /// The value's text as written, when the record is nothing but a scalar: `- to be`, `- 1.50`.
  std::optional<std::string> text;
  std::optional<std::int64_t> timestamp;  ///< milliseconds since the epoch
  std::optional<std::int64_t> partition;  ///< of an expected record
  std::vector<std::pair<std::string, std::string>> headers;
};

/// One entry of `batches`: records by stream for one interval, or idle intervals.
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

/// One record of the dead-letter topic. An absent member is not checked.
struct ExpectedDeadLetter {
  Place place;
  std::optional<std::string> step;   ///< lockstep.step
  std::optional<std::string> cause;  ///< decode, eval, produce, or a part of lockstep.cause
  std::optional<SourceText> stream;  ///< one that reads the topic the record came from
  std::optional<TestValue> key;
  std::optional<TestValue> value;
};

/// One entry of `tests`.
struct TestConfig {
  SourceText name;
  std::vector<TestBatch> batches;
  std::vector<ExpectedStream> streams;
  std::vector<ExpectedState> state;
  /// All of them, over all batches, in any order; nullopt: not written, and there must be none.
  std::optional<std::vector<ExpectedDeadLetter>> dead_letters;
  Place dead_letters_place;
};

}  // namespace lockstep::config
