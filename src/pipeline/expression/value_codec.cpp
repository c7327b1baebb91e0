#include "src/pipeline/expression/value_codec.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include <lockstep/base/hash.hpp>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"

namespace lockstep {
namespace {

enum Tag : char {
  kTagNil = 0,
  kTagFalse = 1,
  kTagTrue = 2,
  kTagInteger = 3,
  kTagFloat = 4,
  kTagString = kTextTag,
  kTagList = 6,
  kTagMap = 7,
  kTagJson = 8,
};

constexpr std::uint64_t kNanBits = 0x7ff8000000000000;
constexpr std::size_t kFloatBytes = 9;  // with the tag

void putVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::uint64_t zigzag(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
}

void putText(std::string& out, Tag tag, std::string_view text) {
  out += tag;
  putVarint(out, text.size());
  out += text;
}

std::uint64_t floatBits(double value) {
  return std::isnan(value) ? kNanBits : std::bit_cast<std::uint64_t>(value);
}

void putFloat(std::string& out, double value) {
  auto bits = floatBits(value);
  out += kTagFloat;
  for (int i = 0; i < 8; ++i, bits >>= 8) out += static_cast<char>(bits);
}

class Encoder {
 public:
  Encoder(std::string& out, JsonEncoding json)
      : out_(out), bytes_max_(out.size() + kTextBytesMax), json_(json) {}

  void put(const Value& value, int depth) {
    if (depth > kValueDepthMax) throw EvalError("lists and maps nest too deep");
    if (out_.size() > bytes_max_) throw EvalError("the value is larger than 64 MiB");
    switch (value.kind()) {
      case ValueKind::kNil:
        out_ += kTagNil;
        return;
      case ValueKind::kBoolean:
        out_ += value.asBoolean() ? kTagTrue : kTagFalse;
        return;
      case ValueKind::kInteger: {
        out_ += kTagInteger;
        return putVarint(out_, zigzag(value.asInteger()));
      }
      case ValueKind::kFloat:
        return putFloat(out_, value.asFloat());
      case ValueKind::kString:
        return putText(out_, kTagString, value.asString());
      case ValueKind::kList:
        return putList(value.asList(), depth);
      case ValueKind::kMap:
        return putMap(value.asMap(), depth);
      case ValueKind::kJson:
        return putJson(value.asJson(), depth);
    }
  }

 private:
  void putList(std::span<const Value> items, int depth) {
    out_ += kTagList;
    putVarint(out_, items.size());
    for (const auto& item : items) put(item, depth + 1);
  }
  void putMap(std::span<const MapEntry> entries, int depth) {
    out_ += kTagMap;
    putVarint(out_, entries.size());
    for (const auto& entry : entries) {
      put(entry.key, depth + 1);
      put(entry.value, depth + 1);
    }
  }
  void putJson(JsonNode& node, int depth) {
    if (json_ == JsonEncoding::kText) return putText(out_, kTagJson, node.text());
    if (node.isObject()) return putMap(node.fields(), depth);
    putList(node.items(), depth);
  }

  std::string& out_;
  std::size_t bytes_max_;
  JsonEncoding json_;
};

std::int64_t unzigzag(std::uint64_t bits) {
  return static_cast<std::int64_t>((bits >> 1) ^ (0 - (bits & 1)));
}

Status damaged(std::string_view why) {
  return Status::fatal(ExitCode::kData, "E234", "a stored value is damaged: " + std::string(why));
}

std::optional<std::uint64_t> takeVarint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (shift == 63 && byte > 1) return std::nullopt;  // beyond 64 bits
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift > 0) return std::nullopt;  // not the fewest bytes
      return value;
    }
  }
  return std::nullopt;
}

/// How many bytes putVarint() writes.
std::size_t varintBytes(std::uint64_t value) {
  std::size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

void storeVarint(char* place, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *place++ = static_cast<char>(value | 0x80);
  *place = static_cast<char>(value);
}

std::optional<std::string_view> takeText(std::string_view& bytes) {
  const auto size = takeVarint(bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  const auto text = bytes.substr(0, *size);
  bytes.remove_prefix(*size);
  return text;
}

std::optional<Value> takeFloat(std::string_view& bytes) {
  if (bytes.size() < 8) return std::nullopt;
  std::uint64_t bits = 0;
  for (std::size_t i = 8; i > 0; --i) bits = (bits << 8) | static_cast<unsigned char>(bytes[i - 1]);
  bytes.remove_prefix(8);
  const auto value = std::bit_cast<double>(bits);
  if (std::isnan(value) && bits != kNanBits) return std::nullopt;
  return Value::number(value);
}

class Decoder {
 public:
  Decoder(std::string_view& bytes, Arena& arena) : bytes_(bytes), arena_(arena) {}

  Result<Value> take(int depth) {
    if (bytes_.empty()) return damaged("it is cut short");
    if (depth > kValueDepthMax) return damaged("it nests too deep");
    const char tag = bytes_.front();
    bytes_.remove_prefix(1);
    switch (tag) {
      case kTagNil:
        return Value();
      case kTagFalse:
      case kTagTrue:
        return Value::boolean(tag == kTagTrue);
      case kTagInteger: {
        const auto bits = takeVarint(bytes_);
        if (!bits) return damaged("bad integer");
        return Value::integer(unzigzag(*bits));
      }
      case kTagFloat: {
        const auto value = takeFloat(bytes_);
        return value ? Result<Value>(*value) : damaged("bad float");
      }
      case kTagString: {
        const auto text = takeText(bytes_);
        return text ? Result<Value>(Value::string(*text)) : damaged("bad string");
      }
      case kTagList:
        return takeList(depth);
      case kTagMap:
        return takeMap(depth);
      case kTagJson:
        return takeJson();
      default:
        return damaged("unknown tag");
    }
  }

 private:
  Result<Value> takeList(int depth) {
    const auto count = takeVarint(bytes_);
    if (!count || *count > bytes_.size()) return damaged("bad count");
    const auto items = allocateArray<Value>(arena_, *count);
    for (auto& item : items) {
      LOCKSTEP_ASSIGN(item, take(depth + 1));
    }
    return Value::list(items);
  }
  Result<Value> takeMap(int depth) {
    const auto count = takeVarint(bytes_);
    if (!count || *count > bytes_.size() / 2) return damaged("bad count");
    const auto entries = allocateArray<MapEntry>(arena_, *count);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      LOCKSTEP_ASSIGN(entries[i].key, take(depth + 1));
      LOCKSTEP_ASSIGN(entries[i].value, take(depth + 1));
      const Value& key = entries[i].key;
      if (key.isNil() || key.isTable() || (i > 0 && compare(entries[i - 1].key, key) >= 0)) {
        return damaged("the keys of a map are out of order");
      }
    }
    return Value::map(entries);
  }
  Result<Value> takeJson() {
    const auto text = takeText(bytes_);
    if (!text || text->empty() || (text->front() != '{' && text->front() != '[')) {
      return damaged("bad JSON text");
    }
    return lazyJson(*text, arena_);
  }

  std::string_view& bytes_;
  Arena& arena_;
};

}  // namespace

void encodeValue(std::string& out, const Value& value, JsonEncoding json) {
  Encoder(out, json).put(value, 0);
}

std::uint32_t kafkaKeyHash(std::string_view encoded) {
  if (const auto text = decodeShortText(encoded)) return murmur2(*text);
  std::array<char, 8> number{};
  std::string_view rest = encoded.substr(1);
  switch (encoded.front()) {
    case kTagString:
      if (const auto text = takeText(rest)) return murmur2(*text);
      break;
    case kTagInteger:
      if (const auto bits = takeVarint(rest)) {
        auto left = static_cast<std::uint64_t>(unzigzag(*bits));
        for (std::size_t i = number.size(); i > 0; --i, left >>= 8) {
          number[i - 1] = static_cast<char>(left);
        }
        return murmur2({number.data(), number.size()});
      }
      break;
    case kTagFloat:
      if (rest.size() == number.size()) {
        std::reverse_copy(rest.begin(), rest.end(), number.begin());
        return murmur2({number.data(), number.size()});
      }
      break;
    default:
      break;
  }
  return murmur2(encoded);
}

std::string_view encodeNumber(const Value& value, Arena& arena) {
  if (value.isInteger()) {
    const auto bits = zigzag(value.asInteger());
    const std::size_t size = 1 + varintBytes(bits);
    char* const place = arena.allocate(size);
    *place = kTagInteger;
    storeVarint(place + 1, bits);
    return {place, size};
  }
  auto bits = floatBits(value.asFloat());
  char* const place = arena.allocate(kFloatBytes);
  *place = kTagFloat;
  for (std::size_t i = 1; i < kFloatBytes; ++i, bits >>= 8) place[i] = static_cast<char>(bits);
  return {place, kFloatBytes};
}

std::optional<Value> decodeNumber(std::string_view bytes) {
  if (bytes.empty() || (bytes.front() != kTagFloat && bytes.front() != kTagInteger)) return {};
  const bool is_float = bytes.front() == kTagFloat;
  bytes.remove_prefix(1);
  std::optional<Value> number;
  if (is_float) {
    number = takeFloat(bytes);
  } else if (const auto bits = takeVarint(bytes)) {
    number = Value::integer(unzigzag(*bits));
  }
  return bytes.empty() ? number : std::nullopt;
}

Result<Value> decodeValue(std::string_view& bytes, Arena& arena) {
  return Decoder(bytes, arena).take(0);
}

}  // namespace lockstep
