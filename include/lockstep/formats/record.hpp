#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/formats/owned.hpp>
#include <lockstep/model/record.hpp>

namespace lockstep {

/// A record that owns its bytes: what foreachRDD collects of a stream of RecordViews.
struct OwnedRecord {
  OwnedRecord() = default;
  explicit OwnedRecord(const RecordView& record)
      : key(record.key), value(record.value), offset(record.offset), timestamp(record.timestamp) {
    if (record.source != nullptr) source = *record.source;
    for (const Header& header : record.headers)
      headers.emplace_back(header.key, std::optional<std::string>(header.value));
  }

  std::optional<std::string> key;
  std::optional<std::string> value;
  Offset offset;
  WallTime timestamp;
  TopicPartition source;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

template <>
struct OwnedType<RecordView> {
  using type = OwnedRecord;
};

}  // namespace lockstep
