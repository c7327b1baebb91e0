#include "src/pipeline/expression/json_parser.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include <simdjson.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/number.hpp"

namespace lockstep {

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

namespace {

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

std::string_view trimmedToken(std::string_view text) {
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

// One per thread: its buffers stay, so a steady stream of documents allocates nothing. The vectors
// are stacks: the members of the objects and arrays that are being read.
struct Scratch {
  dom::parser dom_parser;
  ondemand::parser parser;
  std::string padded;
  std::vector<Value> items;
  std::vector<MapEntry> fields;
};

Scratch& scratch() {
  thread_local Scratch instance;
  return instance;
}

// An integer that fits neither int64 nor uint64: as Lua reads such a literal, a float. Whatever
// else is no number here has no right to be one: a float beyond all floats, or no JSON.
template <class Source>
Value largeNumber(Source& source) {
  // A result in the document, plain in a value: both become a result.
  const simdjson::simdjson_result<std::string_view> token(source.raw_json_token());
  check(token.error());
  const auto text = trimmedToken(token.value_unsafe());
  const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
  const bool whole = !digits.empty() && digits.front() != '0' &&
                     digits.find_first_not_of("0123456789") == std::string_view::npos;
  const auto value = whole ? parseNumber(text) : std::nullopt;
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
      if (!null || trimmedToken(token.value_unsafe()) != "null")
        failMalformed(simdjson::N_ATOM_ERROR);
      return {};
    }
  }
}

// As deep as simdjson's own parser goes: more is a mistake, or an attack on the stack.
constexpr int kJsonDepthMax = 1024;

}  // namespace

/// What both ways of reading share: members go to stacks, then to the arena.
class JsonParser::Builder {
 public:
  explicit Builder(JsonNode& root) : root_(root), arena_(*root.arena_) {
    scratch().items.clear();
    scratch().fields.clear();
  }

  [[nodiscard]] Arena& arena() { return arena_; }
  [[nodiscard]] Value text(std::string_view text) { return Value::string(arena_.copy(text)); }
  /// The next object or array inside, in the order of their opening brackets.
  [[nodiscard]] JsonNode& inside(bool is_object) {
    if (document_ == nullptr) {
      document_ = new (allocateArray<JsonNode::Document>(arena_, 1).data()) JsonNode::Document;
      document_->text = root_.text_;
    }
    auto& node = *new (allocateArray<JsonNode>(arena_, 1).data()) JsonNode;
    node.arena_ = &arena_;
    node.document_ = document_;
    node.ordinal_ = document_->containers++;
    node.is_object_ = is_object;
    return node;
  }

  [[nodiscard]] static std::size_t fieldsBegin() { return scratch().fields.size(); }
  static void add(MapEntry field) { scratch().fields.push_back(field); }
  void endObject(JsonNode& node, std::size_t begin) {
    const auto kept = keep(scratch().fields, begin);
    node.fields_ = kept.data();
    node.count_ = static_cast<std::uint32_t>(kept.size());
    node.parsed_ = true;
  }
  [[nodiscard]] static std::size_t itemsBegin() { return scratch().items.size(); }
  static void add(Value item) { scratch().items.push_back(item); }
  void endArray(JsonNode& node, std::size_t begin) {
    const auto kept = keep(scratch().items, begin);
    node.items_ = kept.data();
    node.count_ = static_cast<std::uint32_t>(kept.size());
    node.parsed_ = true;
  }

 private:
  template <class T>
  std::span<T> keep(std::vector<T>& stack, std::size_t begin) {
    const auto kept = allocateArray<T>(arena_, stack.size() - begin);
    std::copy(stack.begin() + static_cast<std::ptrdiff_t>(begin), stack.end(), kept.begin());
    stack.resize(begin);
    return kept;
  }

  JsonNode& root_;
  Arena& arena_;
  JsonNode::Document* document_ = nullptr;
};

/// The quick way: simdjson's document model, converted in one walk.
class JsonParser::Converter {
 public:
  explicit Converter(JsonNode& root) : build_(root) {}

  void convert(JsonNode& node, dom::object object) {
    const auto begin = Builder::fieldsBegin();
    for (const auto& [name, member] : object) {
      const Value key = build_.text(name);
      Builder::add(MapEntry{key, convert(member)});
    }
    build_.endObject(node, begin);
  }
  void convert(JsonNode& node, dom::array array) {
    const auto begin = Builder::itemsBegin();
    for (const dom::element member : array) Builder::add(convert(member));
    build_.endArray(node, begin);
  }

 private:
  Value convert(dom::element element) {
    switch (element.type()) {
      case dom::element_type::OBJECT: {
        auto& node = build_.inside(true);
        convert(node, element.get_object().value_unsafe());
        return Value::json(&node);
      }
      case dom::element_type::ARRAY: {
        auto& node = build_.inside(false);
        convert(node, element.get_array().value_unsafe());
        return Value::json(&node);
      }
      case dom::element_type::STRING:
        return build_.text(element.get_string().value_unsafe());
      case dom::element_type::INT64:
        return Value::integer(element.get_int64().value_unsafe());
      case dom::element_type::UINT64:
        return Value::number(static_cast<double>(element.get_uint64().value_unsafe()));
      case dom::element_type::DOUBLE:
        return Value::number(element.get_double().value_unsafe());
      case dom::element_type::BOOL:
        return Value::boolean(element.get_bool().value_unsafe());
      case dom::element_type::NULL_VALUE:
        break;
    }
    return {};
  }

  Builder build_;
};

/// The slow way, for documents with integers beyond 64 bits: token by token.
class JsonParser::Walker {
 public:
  explicit Walker(JsonNode& root) : build_(root) {}

  void walk(JsonNode& node, ondemand::object object, int depth) {
    const auto begin = Builder::fieldsBegin();
    for (auto read : object) {
      ondemand::field field;
      check(std::move(read).get(field));
      std::string_view name;
      check(field.unescaped_key().get(name));
      const Value key = build_.text(name);
      Builder::add(MapEntry{key, walk(field.value(), depth)});
    }
    build_.endObject(node, begin);
  }
  void walk(JsonNode& node, ondemand::array array, int depth) {
    const auto begin = Builder::itemsBegin();
    for (auto read : array) {
      ondemand::value item;
      check(std::move(read).get(item));
      Builder::add(walk(item, depth));
    }
    build_.endArray(node, begin);
  }

 private:
  Value walk(ondemand::value member, int depth) {
    ondemand::json_type type{};
    check(member.type().get(type));
    const bool is_object = type == ondemand::json_type::object;
    if (!is_object && type != ondemand::json_type::array) {
      return readScalar(member, type, build_.arena());
    }
    if (depth == kJsonDepthMax) failMalformed(simdjson::DEPTH_ERROR);
    auto& node = build_.inside(is_object);
    if (is_object) {
      ondemand::object object;
      check(member.get_object().get(object));
      walk(node, object, depth + 1);
    } else {
      ondemand::array array;
      check(member.get_array().get(array));
      walk(node, array, depth + 1);
    }
    return Value::json(&node);
  }

  Builder build_;
};

void JsonParser::parse(JsonNode& node) {
  auto& buffers = scratch();
  buffers.padded.assign(node.text_);
  buffers.padded.append(simdjson::SIMDJSON_PADDING, ' ');
  const auto parsed = buffers.dom_parser.parse(buffers.padded.data(), node.text_.size(), false);
  if (parsed.error() == simdjson::NUMBER_ERROR) return parseByToken(node);
  check(parsed.error());
  const dom::element document = parsed.value_unsafe();
  if (node.is_object_) {
    Converter(node).convert(node, document.get_object().value_unsafe());
  } else {
    Converter(node).convert(node, document.get_array().value_unsafe());
  }
}

void JsonParser::parseByToken(JsonNode& node) {
  auto& buffers = scratch();
  const simdjson::padded_string_view text(buffers.padded.data(), node.text_.size(),
                                          buffers.padded.size());
  ondemand::document document;
  check(buffers.parser.iterate(text).get(document));
  if (node.is_object_) {
    ondemand::object object;
    check(document.get_object().get(object));
    Walker(node).walk(node, object, 1);
  } else {
    ondemand::array array;
    check(document.get_array().get(array));
    Walker(node).walk(node, array, 1);
  }
  checkEnd(document);
}

Value JsonParser::parseScalar(std::string_view text, Arena& arena) {
  if (text.empty()) failMalformed(simdjson::EMPTY);
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

}  // namespace lockstep
