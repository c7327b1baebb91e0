#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <lockstep/model/topic_partition.hpp>

namespace lockstep {

/// A record header; a null value is legal and differs from an empty one.
struct Header {
  std::string_view key;
  std::optional<std::string_view> value;

  bool operator==(const Header&) const = default;
};

/// One input record. A view: key, value and headers point into the chunk that delivered it and live
/// until the stage that reads it ends; `source` lives as long as the input.
struct RecordView {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  Offset offset;
  WallTime timestamp;
  const TopicPartition* source = nullptr;
  std::span<const Header> headers;

  /// REQUIRES: source is set, as it is on every record that an input delivers.
  [[nodiscard]] std::string_view topic() const { return source->topic; }
  [[nodiscard]] Partition partition() const { return source->partition; }
};

/// One output record, ready for the wire. A view; the batch that holds it owns the bytes.
struct EncodedRecord {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  WallTime timestamp;
  std::span<const Header> headers;
};

}  // namespace lockstep
