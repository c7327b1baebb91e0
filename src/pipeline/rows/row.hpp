#pragma once

#include <optional>
#include <string>

#include <lockstep/dstream/event_time.hpp>
#include <lockstep/formats/owned.hpp>
#include <lockstep/model/record.hpp>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// One element of every stream of a YAML pipeline: a key, a value, and the input record they were
/// made from one to one. Views: valid until the chunk has passed through its stage.
struct Row {
  Value key;
  Value value;
  /// Null behind a shuffle: an aggregate has no single record. Gives timestamp, headers, topic,
  /// partition and offset to expressions, and timestamp and headers to outputs.
  const RecordView* record = nullptr;
  /// When it happened, as assignTimestamps says; kept by the steps that map one row to others.
  EventTime time{};
};

/// A row that owns its bytes: what `print` and collected batches keep.
struct OwnedRow {
  std::string bytes;  ///< key and value, as encodeValue() writes them

  OwnedRow() = default;
  explicit OwnedRow(const Row& row);
};

template <>
struct OwnedType<Row> {
  using type = OwnedRow;
};

}  // namespace lockstep
