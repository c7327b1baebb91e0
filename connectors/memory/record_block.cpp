#include "connectors/memory/record_block.hpp"

#include <cstring>

namespace lockstep::memory {

namespace {
constexpr std::size_t kBatchHeaderBytes = 61;

template <class Any>
std::size_t payloadBytes(const Any& record) {
  std::size_t bytes =
      (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  for (const Header& header : record.headers)
    bytes += header.key.size() + (header.value ? header.value->size() : 0);
  return bytes;
}
}  // namespace

RecordBlock::RecordBlock(std::span<const EncodedRecord> records) {
  build(records);
  std::int32_t delta = 0;
  for (Record& record : records_) record.offset_delta = delta++;
}

RecordBlock::RecordBlock(std::span<const Record> records) {
  build(records);
  for (std::size_t i = 0; i < records.size(); ++i)
    records_[i].offset_delta = records[i].offset_delta;
}

template <class Any>
void RecordBlock::build(std::span<const Any> records) {
  std::size_t payload = 0;
  std::size_t headers = 0;
  bytes_ = kBatchHeaderBytes;
  for (const Any& record : records) {
    payload += payloadBytes(record);
    headers += record.headers.size();
    bytes_ += wireBytes(record);
  }
  data_ = std::make_unique_for_overwrite<char[]>(payload);
  records_.reserve(records.size());
  headers_.reserve(headers);  // spans below point into it: it must not grow
  for (const Any& record : records) {
    Record stored;
    if (record.key) stored.key = copy(*record.key);
    if (record.value) stored.value = copy(*record.value);
    stored.timestamp = record.timestamp;
    const std::size_t first = headers_.size();
    for (const Header& header : record.headers)
      headers_.push_back({copy(header.key), header.value ? std::optional(copy(*header.value))
                                                         : std::optional<std::string_view>{}});
    stored.headers = std::span(headers_).subspan(first);
    records_.push_back(stored);
  }
}

std::string_view RecordBlock::copy(std::string_view text) {
  char* place = data_.get() + used_;
  if (!text.empty()) std::memcpy(place, text.data(), text.size());
  used_ += text.size();
  return {place, text.size()};
}

}  // namespace lockstep::memory
