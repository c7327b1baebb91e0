#include "src/pipeline/expression/json.hpp"

#include <algorithm>
#include <new>

#include "src/pipeline/expression/json_scalar.hpp"

namespace lockstep {

namespace {

// An object with more fields than this is sorted once it has been searched this often.
constexpr std::uint32_t kSearchedFieldsMax = 16;
constexpr std::uint32_t kSearchesMax = 4;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool earlier(const MapEntry& a, const MapEntry& b) { return a.key.asString() < b.key.asString(); }

}  // namespace

void JsonNode::parse() {
  if (item_ == nullptr) [[unlikely]]
    item_ = readJsonItems(text_, *arena_).data();
}

std::string_view JsonNode::text() { return item_ == nullptr ? text_ : item_->of(text_); }

Value JsonNode::valueOf(const JsonItem& item) {
  if (item.kind > JsonKind::kArray) return jsonScalar(text_, item, *arena_);
  auto* place = allocateArray<JsonNode>(*arena_, 1).data();
  return Value::json(new (place) JsonNode(text_, item, *arena_));
}

std::span<const Value> JsonNode::items() {
  parse();
  if (items_ == nullptr && item_->span > 1) {
    std::uint32_t count = 0;
    for (const auto* at = item_ + 1; at != behind(); at += at->span) ++count;
    const auto items = allocateArray<Value>(*arena_, count);
    auto* next = items.data();
    for (const auto* at = item_ + 1; at != behind(); at += at->span) *next++ = valueOf(*at);
    items_ = items.data();
    count_ = count;
  }
  return {items_, count_};
}

std::span<const MapEntry> JsonNode::fields() {
  parse();
  if (fields_ == nullptr && item_->span > 1) {
    std::uint32_t count = 0;
    for (const auto* at = item_ + 1; at != behind(); at += 1 + at[1].span) ++count;
    const auto fields = allocateArray<MapEntry>(*arena_, count);
    auto* next = fields.data();
    for (const auto* at = item_ + 1; at != behind(); at += 1 + at[1].span) {
      *next++ = {jsonScalar(text_, at[0], *arena_), valueOf(at[1])};
    }
    std::stable_sort(fields.begin(), fields.end(), earlier);
    for (std::uint32_t i = 0; i < count; ++i) {  // of equal names the last one
      const bool repeated = i + 1 < count && !earlier(fields[i], fields[i + 1]);
      if (!repeated) fields[count_++] = fields[i];
    }
    fields_ = fields.data();
  }
  return {fields_, count_};
}

Value JsonNode::find(std::string_view name) {
  parse();
  if (fields_ != nullptr || searches_ == kSearchesMax) return findSorted(name);
  const JsonItem* found = nullptr;
  std::uint32_t count = 0;
  for (const auto* at = item_ + 1; at != behind(); at += 1 + at[1].span) {
    ++count;
    const auto own = at->of(text_);
    if (at->escaped) [[unlikely]] {
      if (unescapeJson(own) == name) found = at + 1;
    } else if (own == name) {
      found = at + 1;
    }
  }
  if (count > kSearchedFieldsMax) ++searches_;
  return found == nullptr ? Value() : valueOf(*found);
}

Value JsonNode::findSorted(std::string_view name) {
  const auto all = fields();
  const auto at = std::lower_bound(
      all.begin(), all.end(), name,
      [](const MapEntry& field, std::string_view wanted) { return field.key.asString() < wanted; });
  return at != all.end() && at->key.asString() == name ? at->value : Value();
}

Value lazyJson(std::string_view text, Arena& arena) {
  text = trimmed(text);
  if (text.empty() || (text.front() != '{' && text.front() != '[')) {
    return parseJsonScalar(text, arena);
  }
  auto* place = allocateArray<JsonNode>(arena, 1).data();
  return Value::json(new (place) JsonNode(text, arena));
}

Value readJson(std::string_view text, Arena& arena) {
  const Value value = lazyJson(text, arena);
  if (value.kind() == ValueKind::kJson) value.asJson().parse();
  return value;
}

}  // namespace lockstep
