#include <charconv>
#include <cmath>

#include <simdjson.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/number.hpp"

namespace lockstep {

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
