#include "src/pipeline/expression/value.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/number.hpp"

namespace lockstep {
namespace {

void checkDepth(int depth) {
  if (depth > kValueDepthMax) throw EvalError("lists and maps nest too deep");
}

// JSON counts as what it is, numbers as one kind.
int rank(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kFloat:
      return static_cast<int>(ValueKind::kInteger);
    case ValueKind::kJson:
      return static_cast<int>(value.asJson().isObject() ? ValueKind::kMap : ValueKind::kList);
    default:
      return static_cast<int>(value.kind());
  }
}

std::span<const Value> itemsOf(const Value& value) {
  return value.kind() == ValueKind::kJson ? value.asJson().items() : value.asList();
}

std::span<const MapEntry> fieldsOf(const Value& value) {
  return value.kind() == ValueKind::kJson ? value.asJson().fields() : value.asMap();
}

std::strong_ordering orderNumbers(const Value& a, const Value& b) {
  const bool a_nan = a.isFloat() && std::isnan(a.asFloat());
  const bool b_nan = b.isFloat() && std::isnan(b.asFloat());
  if (a_nan || b_nan) return a_nan <=> b_nan;
  const auto order = compareNumbers(a, b);
  if (order < 0) return std::strong_ordering::less;
  if (order > 0) return std::strong_ordering::greater;
  if (a.kind() != b.kind()) return a.kind() <=> b.kind();
  if (a.isInteger()) return std::strong_ordering::equal;
  return std::signbit(b.asFloat()) <=> std::signbit(a.asFloat());
}

std::strong_ordering orderLists(const Value& a, const Value& b, int depth) {
  const auto left = itemsOf(a);
  const auto right = itemsOf(b);
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (const auto order = compare(left[i], right[i], depth + 1); order != 0) return order;
  }
  return left.size() <=> right.size();
}

std::strong_ordering orderMaps(const Value& a, const Value& b, int depth) {
  const auto left = fieldsOf(a);
  const auto right = fieldsOf(b);
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (const auto order = compare(left[i].key, right[i].key, depth + 1); order != 0) return order;
    if (const auto order = compare(left[i].value, right[i].value, depth + 1); order != 0) {
      return order;
    }
  }
  return left.size() <=> right.size();
}

// Keys as tables have them: 1.0 is 1.
Value normalKey(const Value& key) {
  if (!key.isFloat()) return key;
  const auto whole = exactInteger(key.asFloat());
  return whole ? Value::integer(*whole) : key;
}

Value itemAt(std::span<const Value> items, const Value& key) {
  const Value index = normalKey(key);
  if (!index.isInteger() || index.asInteger() < 1) return {};
  const auto at = static_cast<std::uint64_t>(index.asInteger()) - 1;
  return at < items.size() ? items[at] : Value();
}

Value entryAt(std::span<const MapEntry> entries, const Value& key) {
  if (key.isTable()) return {};  // never a key
  const Value wanted = normalKey(key);
  const auto at = std::lower_bound(
      entries.begin(), entries.end(), wanted,
      [](const MapEntry& entry, const Value& value) { return compare(entry.key, value) < 0; });
  return at != entries.end() && compare(at->key, wanted) == 0 ? at->value : Value();
}

// What materialize() and deepCopy() share: rebuild the container, `convert` each member.
template <class Convert>
Value rebuildList(std::span<const Value> items, Arena& arena, Convert convert) {
  const auto kept = allocateArray<Value>(arena, items.size());
  std::transform(items.begin(), items.end(), kept.begin(), convert);
  return Value::list(kept);
}

template <class Convert>
Value rebuildMap(std::span<const MapEntry> entries, Arena& arena, Convert convert) {
  const auto kept = allocateArray<MapEntry>(arena, entries.size());
  std::transform(entries.begin(), entries.end(), kept.begin(), [&](const MapEntry& entry) {
    return MapEntry{convert(entry.key), convert(entry.value)};
  });
  return Value::map(kept);
}

}  // namespace

std::string_view typeName(ValueKind kind) {
  switch (kind) {
    case ValueKind::kNil:
      return "nil";
    case ValueKind::kBoolean:
      return "boolean";
    case ValueKind::kInteger:
    case ValueKind::kFloat:
      return "number";
    case ValueKind::kString:
      return "string";
    default:
      return "table";
  }
}

Value makeMap(std::span<MapEntry> entries) {
  for (auto& entry : entries) {
    entry.key = normalKey(entry.key);
    if (entry.key.isNil()) throw EvalError("a map has no nil key");
    if (entry.key.isTable()) throw EvalError("a table cannot be the key of a map");
    if (entry.key.isFloat() && std::isnan(entry.key.asFloat())) {
      throw EvalError("a map has no NaN key");
    }
  }
  const auto earlier = [](const MapEntry& a, const MapEntry& b) {
    return compare(a.key, b.key) < 0;
  };
  std::stable_sort(entries.begin(), entries.end(), earlier);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool repeated = i + 1 < entries.size() && !earlier(entries[i], entries[i + 1]);
    if (!repeated) entries[kept++] = entries[i];
  }
  return Value::map(entries.first(kept));
}

std::strong_ordering compare(const Value& a, const Value& b, int depth) {
  checkDepth(depth);
  if (const auto order = rank(a) <=> rank(b); order != 0) return order;
  switch (static_cast<ValueKind>(rank(a))) {
    case ValueKind::kNil:
      return std::strong_ordering::equal;
    case ValueKind::kBoolean:
      return a.asBoolean() <=> b.asBoolean();
    case ValueKind::kString:
      return a.asString() <=> b.asString();
    case ValueKind::kList:
      return orderLists(a, b, depth);
    case ValueKind::kMap:
      return orderMaps(a, b, depth);
    default:
      return orderNumbers(a, b);
  }
}

Value tableField(const Value& table, const Value& key) {
  switch (table.kind()) {
    case ValueKind::kList:
      return itemAt(table.asList(), key);
    case ValueKind::kMap:
      return entryAt(table.asMap(), key);
    default:
      if (!table.asJson().isObject()) return itemAt(table.asJson().items(), key);
      return key.isString() ? table.asJson().find(key.asString()) : Value();
  }
}

Value tableField(const Value& table, std::string_view name) {
  if (table.kind() == ValueKind::kJson && table.asJson().isObject()) {
    return table.asJson().find(name);
  }
  return tableField(table, Value::string(name));
}

Value materialize(const Value& value, Arena& arena, int depth) {
  if (!value.isTable()) return value;
  checkDepth(depth);
  const auto convert = [&](const Value& member) { return materialize(member, arena, depth + 1); };
  if (rank(value) == static_cast<int>(ValueKind::kList)) {
    return rebuildList(itemsOf(value), arena, convert);
  }
  return rebuildMap(fieldsOf(value), arena, convert);
}

Value deepCopy(const Value& value, Arena& arena, int depth) {
  checkDepth(depth);
  const auto convert = [&](const Value& member) { return deepCopy(member, arena, depth + 1); };
  switch (value.kind()) {
    case ValueKind::kString:
      return Value::string(arena.copy(value.asString()));
    case ValueKind::kList:
      return rebuildList(value.asList(), arena, convert);
    case ValueKind::kMap:
      return rebuildMap(value.asMap(), arena, convert);
    case ValueKind::kJson:
      return lazyJson(arena.copy(value.asJson().text()), arena);
    default:
      return value;
  }
}

}  // namespace lockstep
