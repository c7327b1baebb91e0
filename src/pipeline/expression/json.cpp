#include "src/pipeline/expression/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <new>
#include <vector>

#include <simdjson.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json_parser.hpp"
#include "src/pipeline/expression/number.hpp"

namespace lockstep {

namespace {

// Objects with more fields than this are sorted at the first look-up, smaller ones searched.
constexpr std::size_t kSearchedFieldsMax = 16;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool earlier(const MapEntry& a, const MapEntry& b) { return a.key.asString() < b.key.asString(); }

}  // namespace

void JsonNode::parse() {
  if (!parsed_) [[unlikely]]
    JsonParser::parse(*this);
}

std::string_view JsonNode::text() {
  if (text_.empty()) {
    if (document_->texts == nullptr) findTexts(*document_, *arena_);
    text_ = document_->texts[ordinal_];
  }
  return text_;
}

// REQUIRES: the document was read, so that brackets and quotes match.
void JsonNode::findTexts(Document& document, Arena& arena) {
  const auto texts = allocateArray<std::string_view>(arena, document.containers);
  thread_local std::vector<std::uint32_t> open;  // the containers around the present place
  open.clear();
  std::uint32_t next = 0;
  bool quoted = false;
  for (std::size_t i = 1; i + 1 < document.text.size(); ++i) {
    const char c = document.text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      texts[next] = document.text.substr(i);
      open.push_back(next++);
    } else if (c == '}' || c == ']') {
      auto& text = texts[open.back()];
      text = text.substr(0, i + 1 - static_cast<std::size_t>(text.data() - document.text.data()));
      open.pop_back();
    }
  }
  document.texts = texts.data();
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
  if (text.empty() || (text.front() != '{' && text.front() != '[')) {
    return JsonParser::parseScalar(text, arena);
  }
  auto* place = allocateArray<JsonNode>(arena, 1).data();
  return Value::json(new (place) JsonNode(text, arena));
}

Value readJson(std::string_view text, Arena& arena) {
  const Value value = lazyJson(text, arena);
  if (value.kind() == ValueKind::kJson) value.asJson().parse();
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
