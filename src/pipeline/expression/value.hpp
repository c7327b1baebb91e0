#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <lockstep/base/arena.hpp>
#include <lockstep/base/check.hpp>

namespace lockstep {

/// What a pipeline's value is. The order of the kinds is the order between unlike values.
enum class ValueKind : std::uint8_t {
  kNil,
  kBoolean,
  kInteger,  ///< 64 bit, signed
  kFloat,    ///< double
  kString,   ///< any bytes
  kList,
  kMap,
  kJson,  ///< a JSON object or array whose fields are read when they are asked for
};

/// "nil", "boolean", "number", "string" or "table": the names that expressions see.
[[nodiscard]] std::string_view typeName(ValueKind kind);

class JsonNode;
struct MapEntry;

/// The dynamic value of a pipeline. 16 bytes, trivially copyable, owns nothing: strings, lists,
/// maps and JSON live in record memory or in an Arena that the caller clears per chunk.
/// Reading a field of a JSON value parses it into its arena, so values of one arena are used by
/// one thread at a time.
class Value {
 public:
  constexpr Value() : integer_(0) {}
  [[nodiscard]] static constexpr Value boolean(bool value) {
    Value made(ValueKind::kBoolean);
    made.integer_ = value ? 1 : 0;
    return made;
  }
  [[nodiscard]] static constexpr Value integer(std::int64_t value) {
    Value made(ValueKind::kInteger);
    made.integer_ = value;
    return made;
  }
  [[nodiscard]] static constexpr Value number(double value) {
    Value made(ValueKind::kFloat);
    made.float_ = value;
    return made;
  }
  /// A view of `text`, which outlives the value. REQUIRES: less than 4 GiB.
  [[nodiscard]] static Value string(std::string_view text) {
    Value made(ValueKind::kString, text.size());
    made.text_ = text.data();
    return made;
  }
  /// A view of `items`, which outlive the value.
  [[nodiscard]] static Value list(std::span<const Value> items) {
    Value made(ValueKind::kList, items.size());
    made.items_ = items.data();
    return made;
  }
  /// A view of `entries`. REQUIRES: sorted by compare(key), no key twice, no nil or NaN key
  /// (makeMap() sees to it).
  [[nodiscard]] static Value map(std::span<const MapEntry> entries);
  /// A view of `node`; lazyJson() makes one.
  [[nodiscard]] static Value json(JsonNode* node) {
    Value made(ValueKind::kJson);
    made.json_ = node;
    return made;
  }

  [[nodiscard]] ValueKind kind() const { return kind_; }
  [[nodiscard]] bool isNil() const { return kind_ == ValueKind::kNil; }
  [[nodiscard]] bool isInteger() const { return kind_ == ValueKind::kInteger; }
  [[nodiscard]] bool isFloat() const { return kind_ == ValueKind::kFloat; }
  [[nodiscard]] bool isNumber() const { return isInteger() || isFloat(); }
  [[nodiscard]] bool isString() const { return kind_ == ValueKind::kString; }
  /// A list, a map or JSON.
  [[nodiscard]] bool isTable() const { return kind_ >= ValueKind::kList; }
  /// What `and`, `or`, `not` and filters go by: all but nil and false.
  [[nodiscard]] bool isTrue() const {
    return kind_ > ValueKind::kBoolean || (kind_ == ValueKind::kBoolean && integer_ != 0);
  }

  /// REQUIRES: the kind that the name says, for all below.
  [[nodiscard]] bool asBoolean() const { return integer_ != 0; }
  [[nodiscard]] std::int64_t asInteger() const { return integer_; }
  [[nodiscard]] double asFloat() const { return float_; }
  /// The number as a double, rounded if it is a large integer.
  [[nodiscard]] double asDouble() const {
    return isFloat() ? float_ : static_cast<double>(integer_);
  }
  [[nodiscard]] std::string_view asString() const { return {text_, size_}; }
  [[nodiscard]] std::span<const Value> asList() const { return {items_, size_}; }
  [[nodiscard]] std::span<const MapEntry> asMap() const;
  [[nodiscard]] JsonNode& asJson() const { return *json_; }

 private:
  explicit constexpr Value(ValueKind kind) : kind_(kind), integer_(0) {}
  Value(ValueKind kind, std::size_t size)
      : kind_(kind), size_(static_cast<std::uint32_t>(size)), integer_(0) {
    LOCKSTEP_CHECK(size <= UINT32_MAX, "a value holds less than 4 GiB");
  }

  ValueKind kind_ = ValueKind::kNil;
  std::uint32_t size_ = 0;
  union {
    std::int64_t integer_;
    double float_;
    const char* text_;
    const Value* items_;
    const MapEntry* entries_;
    JsonNode* json_;
  };
};

struct MapEntry {
  Value key;
  Value value;
};

static_assert(sizeof(Value) == 16 && std::is_trivially_copyable_v<Value>);

inline Value Value::map(std::span<const MapEntry> entries) {
  Value made(ValueKind::kMap, entries.size());
  made.entries_ = entries.data();
  return made;
}
inline std::span<const MapEntry> Value::asMap() const { return {entries_, size_}; }

/// How deep lists and maps may nest; deeper ones are an EvalError.
inline constexpr int kValueDepthMax = 100;
/// The largest text or encoding that an expression makes; a larger one is an EvalError.
inline constexpr std::size_t kTextBytesMax = std::size_t{64} << 20;

/// Room for `count` objects of a trivial type, aligned. The arena owns it.
template <class T>
[[nodiscard]] std::span<T> allocateArray(Arena& arena, std::size_t count) {
  static_assert(std::is_trivially_copyable_v<T>);
  const auto place =
      reinterpret_cast<std::uintptr_t>(arena.allocate(count * sizeof(T) + alignof(T) - 1));
  const auto aligned = (place + alignof(T) - 1) & ~(static_cast<std::uintptr_t>(alignof(T)) - 1);
  return {reinterpret_cast<T*>(aligned), count};
}

/// A map of `entries`, which it sorts in place; of equal keys the last one stays. Float keys with
/// an integral value become integers. Throws EvalError on a nil or NaN key.
[[nodiscard]] Value makeMap(std::span<MapEntry> entries);

/// The total order behind sorted keys and canonical bytes: by kind (JSON counts as the list or map
/// it is, numbers as one kind), then by content. Numbers compare by exact value; of equal ones the
/// integer is first, -0.0 before 0.0, NaN last. Equal means: the same canonical bytes.
/// Throws EvalError on malformed JSON or too deep nesting.
[[nodiscard]] std::strong_ordering compare(const Value& a, const Value& b, int depth = 0);

/// The value under `key`; nil if there is none. REQUIRES: isTable(). Throws EvalError on
/// malformed JSON.
[[nodiscard]] Value tableField(const Value& table, const Value& key);
/// The same for a name, as `value.name` reads it.
[[nodiscard]] Value tableField(const Value& table, std::string_view name);

/// The value as lists and maps all the way down, with no JSON left; strings stay views.
[[nodiscard]] Value materialize(const Value& value, Arena& arena, int depth = 0);
/// The value with every byte it refers to copied into `arena`, JSON as it is (its text).
[[nodiscard]] Value deepCopy(const Value& value, Arena& arena, int depth = 0);

}  // namespace lockstep
