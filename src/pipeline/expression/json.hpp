#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// A JSON object or array behind a Value: its text, and once a field was asked for, its members.
/// Parsing goes one level at a time: an object or array inside is a node of its own, parsed when
/// touched. Lives in the arena it was made in. Thread: that of the arena.
/// Integers stay 64 bit; those beyond it become floats; null is nil; of two fields with the same
/// name the last one counts. All members throw EvalError when the text is malformed.
class JsonNode {
 public:
  /// `text` starts with { or [. `padded` says that readable bytes follow it (see json.cpp).
  JsonNode(std::string_view text, bool padded, Arena& arena)
      : text_(text), arena_(&arena), padded_(padded) {}

  /// The JSON text as it came.
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool isObject() const { return text_.front() == '{'; }
  /// The elements of an array. REQUIRES: !isObject().
  [[nodiscard]] std::span<const Value> items();
  /// The fields of an object, sorted by name, each name once. REQUIRES: isObject().
  [[nodiscard]] std::span<const MapEntry> fields();
  /// The field with that name; nil if there is none. REQUIRES: isObject().
  [[nodiscard]] Value find(std::string_view name);

 private:
  friend class JsonParser;
  void parse();

  std::string_view text_;
  Arena* arena_;
  const Value* items_ = nullptr;
  MapEntry* fields_ = nullptr;
  std::uint32_t count_ = 0;
  bool padded_ = false;
  bool parsed_ = false;
  bool sorted_ = false;
};

/// The value of a JSON text: objects and arrays as kJson, unread until a field is asked for (so
/// an error deep inside shows only then, or never); anything else at once. `text` outlives the
/// value; `arena` takes what is parsed. Throws EvalError on malformed JSON.
[[nodiscard]] Value lazyJson(std::string_view text, Arena& arena);

/// Appends the value as JSON text: a JSON value as it came, maps with sorted keys, nil as null.
/// Throws EvalError for what JSON has no text for: NaN, infinity, a key that is a boolean, a
/// string that is not UTF-8, more than 64 MiB.
void appendJson(std::string& out, const Value& value);

}  // namespace lockstep
