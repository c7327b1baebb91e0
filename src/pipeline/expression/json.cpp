#include "src/pipeline/expression/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <new>
#include <vector>

#include <simdjson.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/number.hpp"

namespace lockstep {

namespace ondemand = simdjson::ondemand;

namespace {

// Objects with more fields than this are sorted at the first look-up, smaller ones searched.
constexpr std::size_t kSearchedFieldsMax = 16;

[[noreturn]] void failMalformed(simdjson::error_code error) {
  std::string why = simdjson::error_message(error);
  throw EvalError("malformed JSON: " + why);
}

void check(simdjson::error_code error) {
  if (error != simdjson::SUCCESS) [[unlikely]]
    failMalformed(error);
}

void checkEnd(ondemand::document& document) {
  // The location is out of bounds once nothing but blanks is left.
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    failMalformed(simdjson::TRAILING_CONTENT);
  }
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// The parser reads up to 64 bytes past the text, so a text from outside is copied once; the texts
// of inner nodes lie within that copy.
std::string_view padded(std::string_view text, Arena& arena) {
  char* place = arena.allocate(text.size() + simdjson::SIMDJSON_PADDING);
  std::memcpy(place, text.data(), text.size());
  std::memset(place + text.size(), ' ', simdjson::SIMDJSON_PADDING);
  return {place, text.size()};
}

// One per thread: its buffers stay, so a steady stream of documents allocates nothing.
struct Scratch {
  ondemand::parser parser;
  std::vector<Value> items;
  std::vector<MapEntry> fields;
};

Scratch& scratch() {
  thread_local Scratch instance;
  return instance;
}

// A number that fits neither int64 nor uint64: as Lua reads such a literal, a float.
template <class Source>
Value largeNumber(Source& source) {
  // A result in the document, plain in a value: both become a result.
  const simdjson::simdjson_result<std::string_view> token(source.raw_json_token());
  check(token.error());
  const auto value = parseNumber(trimmed(token.value_unsafe()));
  if (!value || !value->isFloat() || !std::isfinite(value->asFloat())) {
    failMalformed(simdjson::NUMBER_ERROR);
  }
  return *value;
}

template <class Source>
Value readNumber(Source& source) {
  ondemand::number number;
  const auto error = source.get_number().get(number);
  if (error == simdjson::NUMBER_ERROR) return largeNumber(source);
  check(error);
  if (number.is_int64()) return Value::integer(number.get_int64());
  return Value::number(number.as_double());
}

template <class Source>
Value readScalar(Source& source, ondemand::json_type type, Arena& arena) {
  switch (type) {
    case ondemand::json_type::number:
      return readNumber(source);
    case ondemand::json_type::string: {
      std::string_view text;
      check(source.get_string().get(text));
      return Value::string(arena.copy(text));
    }
    case ondemand::json_type::boolean: {
      bool value = false;
      check(source.get_bool().get(value));
      return Value::boolean(value);
    }
    default: {
      // is_null() is content with a text that only begins like one.
      const simdjson::simdjson_result<std::string_view> token(source.raw_json_token());
      check(token.error());
      bool null = false;
      check(source.is_null().get(null));
      if (!null || trimmed(token.value_unsafe()) != "null") failMalformed(simdjson::N_ATOM_ERROR);
      return {};
    }
  }
}

Value newNode(std::string_view text, bool is_padded, Arena& arena) {
  auto* place = allocateArray<JsonNode>(arena, 1).data();
  return Value::json(new (place) JsonNode(text, is_padded, arena));
}

Value readMember(ondemand::value member, Arena& arena) {
  ondemand::json_type type{};
  check(member.type().get(type));
  if (type != ondemand::json_type::object && type != ondemand::json_type::array) {
    return readScalar(member, type, arena);
  }
  std::string_view raw;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    check(member.get_object().get(object));
    check(object.raw_json().get(raw));
  } else {
    ondemand::array array;
    check(member.get_array().get(array));
    check(array.raw_json().get(raw));
  }
  return newNode(raw, true, arena);
}

bool earlier(const MapEntry& a, const MapEntry& b) { return a.key.asString() < b.key.asString(); }

}  // namespace

// Fills a node with the members of its own level.
class JsonParser {
 public:
  static void parse(JsonNode& node) {
    if (!node.padded_) {
      node.text_ = padded(node.text_, *node.arena_);
      node.padded_ = true;
    }
    ondemand::document document;
    const simdjson::padded_string_view text(node.text_.data(), node.text_.size(),
                                            node.text_.size() + simdjson::SIMDJSON_PADDING);
    check(scratch().parser.iterate(text).get(document));
    if (node.isObject()) {
      parseObject(node, document);
    } else {
      parseArray(node, document);
    }
    checkEnd(document);
    node.parsed_ = true;
  }

 private:
  static void parseObject(JsonNode& node, ondemand::document& document) {
    auto& fields = scratch().fields;
    fields.clear();
    ondemand::object object;
    check(document.get_object().get(object));
    for (auto read : object) {
      ondemand::field field;
      check(std::move(read).get(field));
      std::string_view name;
      check(field.unescaped_key().get(name));
      const Value key = Value::string(node.arena_->copy(name));
      fields.push_back({key, readMember(field.value(), *node.arena_)});
    }
    const auto kept = allocateArray<MapEntry>(*node.arena_, fields.size());
    std::copy(fields.begin(), fields.end(), kept.begin());
    node.fields_ = kept.data();
    node.count_ = static_cast<std::uint32_t>(kept.size());
  }

  static void parseArray(JsonNode& node, ondemand::document& document) {
    auto& items = scratch().items;
    items.clear();
    ondemand::array array;
    check(document.get_array().get(array));
    for (auto read : array) {
      ondemand::value item;
      check(std::move(read).get(item));
      items.push_back(readMember(item, *node.arena_));
    }
    const auto kept = allocateArray<Value>(*node.arena_, items.size());
    std::copy(items.begin(), items.end(), kept.begin());
    node.items_ = kept.data();
    node.count_ = static_cast<std::uint32_t>(kept.size());
  }
};

void JsonNode::parse() {
  if (!parsed_) [[unlikely]]
    JsonParser::parse(*this);
}

std::span<const Value> JsonNode::items() {
  parse();
  return {items_, count_};
}

std::span<const MapEntry> JsonNode::fields() {
  parse();
  if (!sorted_) {
    const auto end = fields_ + count_;
    std::stable_sort(fields_, end, earlier);
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < count_; ++i) {  // of equal names the last one
      const bool repeated = i + 1 < count_ && !earlier(fields_[i], fields_[i + 1]);
      if (!repeated) fields_[kept++] = fields_[i];
    }
    count_ = kept;
    sorted_ = true;
  }
  return {fields_, count_};
}

Value JsonNode::find(std::string_view name) {
  parse();
  if (!sorted_ && count_ <= kSearchedFieldsMax) {
    for (std::uint32_t i = count_; i > 0; --i) {
      const MapEntry& field = fields_[i - 1];
      if (field.key.asString() == name) return field.value;
    }
    return {};
  }
  const auto all = fields();
  const auto at = std::lower_bound(
      all.begin(), all.end(), name,
      [](const MapEntry& field, std::string_view wanted) { return field.key.asString() < wanted; });
  return at != all.end() && at->key.asString() == name ? at->value : Value();
}

Value lazyJson(std::string_view text, Arena& arena) {
  text = trimmed(text);
  if (text.empty()) failMalformed(simdjson::EMPTY);
  if (text.front() == '{' || text.front() == '[') return newNode(text, false, arena);
  const auto copy = padded(text, arena);
  ondemand::document document;
  const simdjson::padded_string_view view(copy.data(), copy.size(),
                                          copy.size() + simdjson::SIMDJSON_PADDING);
  check(scratch().parser.iterate(view).get(document));
  ondemand::json_type type{};
  check(document.type().get(type));
  const Value value = readScalar(document, type, arena);
  checkEnd(document);
  return value;
}

namespace {

void appendText(std::string& out, std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    throw EvalError("a string that is not UTF-8 has no JSON text");
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  out += '"';
}

void appendNumber(std::string& out, const Value& number) {
  if (number.isFloat() && !std::isfinite(number.asFloat())) {
    throw EvalError("NaN and infinity have no JSON text");
  }
  NumberText buffer;
  if (number.isInteger()) {
    out += formatNumber(number, buffer);
    return;
  }
  // The shortest text that reads back as the same float, and as a float.
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number.asFloat()).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void appendKey(std::string& out, const Value& key) {
  if (key.isString()) return appendText(out, key.asString());
  if (!key.isNumber()) throw EvalError("a boolean key has no JSON text");
  NumberText buffer;
  appendText(out, formatNumber(key, buffer));
}

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out), bytes_max_(out.size() + kTextBytesMax) {}

  void write(const Value& value, int depth) {
    if (depth > kValueDepthMax) throw EvalError("lists and maps nest too deep");
    if (out_.size() > bytes_max_) throw EvalError("the JSON text is larger than 64 MiB");
    switch (value.kind()) {
      case ValueKind::kNil:
        out_ += "null";
        return;
      case ValueKind::kBoolean:
        out_ += value.asBoolean() ? "true" : "false";
        return;
      case ValueKind::kInteger:
      case ValueKind::kFloat:
        return appendNumber(out_, value);
      case ValueKind::kString:
        return appendText(out_, value.asString());
      case ValueKind::kList:
        return writeList(value.asList(), depth);
      case ValueKind::kMap:
        return writeMap(value.asMap(), depth);
      case ValueKind::kJson:
        out_ += value.asJson().text();
        return;
    }
  }

 private:
  void writeList(std::span<const Value> items, int depth) {
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ',';
      write(items[i], depth + 1);
    }
    out_ += ']';
  }
  void writeMap(std::span<const MapEntry> entries, int depth) {
    out_ += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) out_ += ',';
      appendKey(out_, entries[i].key);
      out_ += ':';
      write(entries[i].value, depth + 1);
    }
    out_ += '}';
  }

  std::string& out_;
  std::size_t bytes_max_;
};

}  // namespace

void appendJson(std::string& out, const Value& value) { JsonWriter(out).write(value, 0); }

}  // namespace lockstep
