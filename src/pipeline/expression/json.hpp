#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "src/pipeline/expression/json_tape.hpp"
#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// A JSON object or array behind a Value: its text, and once it was read, where everything stands
/// in it (json_tape.hpp). A text is read once and as a whole; numbers and strings become values
/// when they are asked for, the objects and arrays inside are nodes of their own over the same
/// reading. Lives in the arena it was made in. Thread: that of the arena.
/// Integers stay 64 bit; those beyond it become floats; null is nil; of two fields with the same
/// name the last one counts. All members throw EvalError when the text is malformed.
class JsonNode {
 public:
  /// A whole document, which outlives the node. REQUIRES: `text` starts with { or [ and has no
  /// blanks behind its end.
  JsonNode(std::string_view text, Arena& arena)
      : text_(text), arena_(&arena), is_object_(text.front() == '{') {}

  /// Reads the text, unless that was done before.
  void parse();
  /// The JSON text as it came.
  [[nodiscard]] std::string_view text();
  [[nodiscard]] bool isObject() const { return is_object_; }
  /// The elements of an array. REQUIRES: !isObject().
  [[nodiscard]] std::span<const Value> items();
  /// The fields of an object, sorted by name, each name once. REQUIRES: isObject().
  [[nodiscard]] std::span<const MapEntry> fields();
  /// The field with that name; nil if there is none. REQUIRES: isObject().
  [[nodiscard]] Value find(std::string_view name);

 private:
  JsonNode(std::string_view document, const JsonItem& item, Arena& arena)
      : text_(document), arena_(&arena), item_(&item), is_object_(document[item.begin] == '{') {}
  [[nodiscard]] const JsonItem* behind() const { return item_ + item_->span; }
  [[nodiscard]] Value valueOf(const JsonItem& item);
  [[nodiscard]] Value findSorted(std::string_view name);

  std::string_view text_;  ///< of the whole document
  Arena* arena_;
  const JsonItem* item_ = nullptr;  ///< this object or array; null until the text was read
  const Value* items_ = nullptr;    ///< null until somebody asks
  const MapEntry* fields_ = nullptr;
  std::uint32_t count_ = 0;
  std::uint32_t searches_ = 0;  ///< of a large object
  bool is_object_;
};

/// The value of a JSON text: objects and arrays as kJson, unread until a field is asked for (so
/// an error inside shows only then, or never); anything else at once. `text` outlives the value;
/// `arena` takes what is parsed. Throws EvalError on malformed JSON.
[[nodiscard]] Value lazyJson(std::string_view text, Arena& arena);
/// The same, read at once: what is returned is one whole JSON document.
[[nodiscard]] Value readJson(std::string_view text, Arena& arena);

/// Appends the value as JSON text: a JSON value as it came, maps with sorted keys, nil as null.
/// Throws EvalError for what JSON has no text for: NaN, infinity, a key that is a boolean, a
/// string that is not UTF-8, more than 64 MiB.
void appendJson(std::string& out, const Value& value);

}  // namespace lockstep
