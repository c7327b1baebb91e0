#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <lockstep/model/record.hpp>

namespace lockstep::fetch {

/// One record of a batch, relative to its head. Slices point into the batch's uncompressed bytes.
struct WireRecord {
  std::int64_t timestamp_delta = 0;
  std::int32_t offset_delta = 0;
  std::int32_t header_count = 0;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::string_view header_bytes;  ///< readHeaders() takes them apart
};

/// Goes through the records of one batch. Every length is checked against the bytes that are there.
class RecordCursor {
 public:
  RecordCursor() = default;
  explicit RecordCursor(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  /// False: no record lies there, or a broken one. The cursor does not move then.
  [[nodiscard]] bool next(WireRecord& record);

 private:
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

/// Appends the record's headers to `headers`; false, with some of them appended, when broken.
[[nodiscard]] bool readHeaders(const WireRecord& record, std::vector<Header>& headers);

}  // namespace lockstep::fetch
