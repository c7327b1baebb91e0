#include "connectors/kafka/topic_id_codec.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace lockstep::kafka {

namespace {

constexpr std::int16_t kMetadata = 3;
constexpr std::int16_t kVersion = 10;
constexpr std::size_t kIdBytes = 16;

class Writer {
 public:
  template <class Int>
  void number(Int value) {
    for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
      bytes_.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> shift));
    }
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  /// A compact length is one more than it says: 0 means null.
  void compactLength(std::size_t size) { varint(size + 1); }
  void compactText(std::string_view text) {
    compactLength(text.size());
    bytes_.append(text);
  }
  void zeros(std::size_t count) { bytes_.append(count, '\0'); }
  void noTags() { varint(0); }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads past the end give zeros and spoil the reader; check ok() at the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  std::string_view take(std::size_t size) {
    ok_ = ok_ && size <= rest_.size();
    const auto taken = rest_.substr(0, ok_ ? size : 0);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::int64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const char byte : take(size)) value = value << 8 | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(value);
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; ok_ && shift < 64; shift += 7) {
      const auto byte = static_cast<std::uint64_t>(number(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  /// Number of elements; null counts as none. Never more than there are bytes left.
  std::size_t compactLength() {
    const auto length = varint();
    if (length > rest_.size() + 1) ok_ = false;
    return !ok_ || length == 0 ? 0 : static_cast<std::size_t>(length - 1);
  }
  std::string_view compactText() { return take(compactLength()); }
  void skipTags() {
    for (auto count = varint(); ok_ && count > 0; --count) {
      varint();
      take(static_cast<std::size_t>(varint()));
    }
  }
  void skipNumbers(std::size_t size) { take(compactLength() * size); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::string printId(std::string_view id) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char byte : id) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (have += 8; have >= 6; have -= 6) text.push_back(kDigits[bits >> (have - 6) & 63]);
  }
  if (have > 0) text.push_back(kDigits[bits << (6 - have) & 63]);
  return text;
}

void skipBrokers(Reader& reader) {
  for (auto count = reader.compactLength(); reader.ok() && count > 0; --count) {
    reader.take(4);        // node id
    reader.compactText();  // host
    reader.take(4);        // port
    reader.compactText();  // rack
    reader.skipTags();
  }
}

void skipPartitions(Reader& reader) {
  for (auto count = reader.compactLength(); reader.ok() && count > 0; --count) {
    reader.take(2 + 4 + 4 + 4);  // error, index, leader, leader epoch
    for (int list = 0; list < 3; ++list) reader.skipNumbers(4);  // replicas, in sync, offline
    reader.skipTags();
  }
}

}  // namespace

std::string encodeTopicIdRequest(std::span<const std::string> topics) {
  Writer body;
  body.number(kMetadata);
  body.number(kVersion);
  body.number(std::int32_t{1});   // correlation
  body.number(std::int16_t{-1});  // no client id
  body.noTags();
  body.compactLength(topics.size());
  for (const auto& topic : topics) {
    body.zeros(kIdBytes);
    body.compactText(topic);
    body.noTags();
  }
  body.zeros(3);  // no automatic creation, no authorized operations
  body.noTags();
  const auto bytes = body.take();
  Writer framed;
  framed.number(static_cast<std::int32_t>(bytes.size()));
  return framed.take() + bytes;
}

std::optional<TopicIds> decodeTopicIdAnswer(std::string_view bytes) {
  Reader reader(bytes);
  const auto correlation = reader.number(4);
  reader.skipTags();
  reader.take(4);  // throttle time
  skipBrokers(reader);
  reader.compactText();  // cluster id
  reader.take(4);        // controller
  TopicIds ids;
  for (auto count = reader.compactLength(); reader.ok() && count > 0; --count) {
    const auto error = reader.number(2);
    const auto name = reader.compactText();
    const auto id = reader.take(kIdBytes);
    reader.take(1);  // internal
    skipPartitions(reader);
    reader.take(4);  // authorized operations
    reader.skipTags();
    const bool set = std::any_of(id.begin(), id.end(), [](char byte) { return byte != 0; });
    if (reader.ok() && error == 0 && set) ids[std::string(name)] = printId(id);
  }
  if (!reader.ok() || correlation != 1) return std::nullopt;
  return ids;
}

}  // namespace lockstep::kafka
