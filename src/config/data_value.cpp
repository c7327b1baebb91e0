#include "src/config/data_value.hpp"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "src/config/value_reader.hpp"

namespace lockstep::config {
namespace {

/// Plain scalars only: 1, -2, 0.5, 1e9; the whole text has to be the number.
template <class T>
bool parseNumber(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

}  // namespace

DataValue dataValue(const SourceText& scalar, Diagnostics& diagnostics) {
  if (scalar.style != ScalarStyle::kPlain) return scalar.text;
  if (scalar.text == "null" || scalar.text == "~") return nullptr;
  if (scalar.text == "true" || scalar.text == "false") return scalar.text == "true";
  if (looksBoolean(scalar.text) || looksOctal(scalar.text)) {
    diagnostics.error(
        "E004", scalar.place,
        fmt::format("'{}' means different things to different readers of YAML", shown(scalar)),
        "quote it if it is a text; write true, false or a number without leading "
        "zeros otherwise");
    return scalar.text;
  }
  std::int64_t whole = 0;
  if (parseNumber(scalar.text, whole)) return whole;
  double real = 0;
  const bool number_like = scalar.text.find_first_of("0123456789") != std::string::npos &&
                           scalar.text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  if (number_like && parseNumber(scalar.text, real)) return real;
  return scalar.text;
}

DataValue dataValue(const Node& node, Diagnostics& diagnostics) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kScalar:
      return dataValue(node.scalar, diagnostics);
    case Node::Kind::kList: {
      auto list = DataValue::array();
      for (const Node& item : node.items) list.push_back(dataValue(item, diagnostics));
      return list;
    }
    case Node::Kind::kMap: {
      auto map = DataValue::object();
      for (const NodeEntry& entry : node.entries) {
        map[entry.key.text] = dataValue(entry.value, diagnostics);
      }
      return map;
    }
  }
  return nullptr;
}

}  // namespace lockstep::config
