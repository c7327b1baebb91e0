#include "connectors/fetch/record_decoder.hpp"

namespace lockstep::fetch {

namespace {

/// A zigzag varint of at most `kBytes` bytes: 5 for 32 bits, 10 for 64. False: broken or cut off.
template <class Int, int kBytes>
inline bool varint(const char*& at, const char* end, Int& value) {
  if (at == end) return false;
  auto byte = static_cast<std::uint8_t>(*at++);
  std::uint64_t bits = byte & 0x7f;
  for (unsigned shift = 7; byte >= 0x80; shift += 7) {
    if (at == end || shift >= 7 * kBytes) return false;
    byte = static_cast<std::uint8_t>(*at++);
    bits |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
  }
  value =
      static_cast<Int>(static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1));
  return true;
}

inline bool varint32(const char*& at, const char* end, std::int32_t& value) {
  return varint<std::int32_t, 5>(at, end, value);
}

/// Length and bytes; a negative length means null.
inline bool nullable(const char*& at, const char* end, std::optional<std::string_view>& bytes) {
  std::int32_t size = 0;
  if (!varint32(at, end, size)) return false;
  if (size < 0) {
    bytes.reset();
    return true;
  }
  if (size > end - at) return false;
  bytes.emplace(at, static_cast<std::size_t>(size));
  at += size;
  return true;
}

}  // namespace

bool RecordCursor::next(WireRecord& record) {
  const char* at = at_;
  std::int32_t size = 0;
  if (!varint32(at, end_, size) || size < 1 || size > end_ - at) return false;
  const char* const end = at + size;
  ++at;  // attributes: unused
  if (!varint<std::int64_t, 10>(at, end, record.timestamp_delta) ||
      !varint32(at, end, record.offset_delta) || !nullable(at, end, record.key) ||
      !nullable(at, end, record.value) || !varint32(at, end, record.header_count) ||
      record.offset_delta < 0 || record.header_count < 0) {
    return false;
  }
  record.header_bytes = {at, static_cast<std::size_t>(end - at)};
  at_ = end;
  return true;
}

bool readHeaders(const WireRecord& record, std::vector<Header>& headers) {
  const char* at = record.header_bytes.data();
  const char* const end = at + record.header_bytes.size();
  for (std::int32_t i = 0; i < record.header_count; ++i) {
    std::optional<std::string_view> name;
    std::optional<std::string_view> value;
    if (!nullable(at, end, name) || !name || !nullable(at, end, value)) return false;
    headers.push_back({*name, value});
  }
  return true;
}

}  // namespace lockstep::fetch
