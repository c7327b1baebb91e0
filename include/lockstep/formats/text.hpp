#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lockstep/model/record.hpp>

namespace lockstep {

/// A double as people and Spark write it: shortest digits that read back, with ".0" when whole.
void appendText(std::string& out, double value);

/// How print shows an element: text as it is, pairs as "(a,1)", lists as "[a, b]", nothing as
/// "null". Overload appendText(std::string&, const T&) in your own namespace for your own types.
inline void appendText(std::string& out, std::string_view value) { out += value; }
inline void appendText(std::string& out, bool value) { out += value ? "true" : "false"; }
template <class N>
requires std::is_integral_v<N>
void appendText(std::string& out, N value) { out += std::to_string(value); }
template <class T>
void appendText(std::string& out, const std::optional<T>& value);
template <class T>
void appendText(std::string& out, const std::vector<T>& values);
template <class A, class B>
void appendText(std::string& out, const std::pair<A, B>& pair) {
  out += '(';
  appendText(out, pair.first);
  out += ',';
  appendText(out, pair.second);
  out += ')';
}
template <class T>
void appendText(std::string& out, const std::optional<T>& value) {
  if (value)
    appendText(out, *value);
  else
    out += "null";
}
template <class T>
void appendText(std::string& out, const std::vector<T>& values) {
  out += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ", ";
    appendText(out, values[i]);
  }
  out += ']';
}
/// "(key,value)".
inline void appendText(std::string& out, const RecordView& record) {
  appendText(out, std::pair{record.key, record.value});
}

}  // namespace lockstep
