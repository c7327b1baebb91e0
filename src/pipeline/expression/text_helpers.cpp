// The helpers on texts: split join lower upper trim mask.
#include <algorithm>
#include <cstring>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/helpers.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/number.hpp"

namespace lockstep::helper {
namespace {

std::size_t findFrom(std::string_view text, std::string_view separator, std::size_t from) {
  if (separator.size() != 1) return text.find(separator, from);
  if (from >= text.size()) return std::string_view::npos;
  const auto* found =
      static_cast<const char*>(std::memchr(text.data() + from, separator[0], text.size() - from));
  return found == nullptr ? std::string_view::npos : static_cast<std::size_t>(found - text.data());
}

template <class Change>
Value changed(const HelperCall& call, Change change) {
  const auto text = textArgument(call, 0);
  char* place = call.arena.allocate(text.size());
  std::transform(text.begin(), text.end(), place, change);
  return Value::string({place, text.size()});
}

std::size_t occurrences(std::string_view text, std::string_view separator) {
  if (separator.size() == 1)
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), separator[0]));
  std::size_t count = 0;
  for (auto at = text.find(separator); at != std::string_view::npos;
       at = text.find(separator, at + separator.size()))
    ++count;
  return count;
}

// How many bytes at the end of `text` are its last `kept` UTF-8 characters.
std::size_t tailBytes(std::string_view text, std::int64_t kept) {
  std::size_t at = text.size();
  for (; at > 0 && kept > 0; --kept) {
    do {
      --at;
    } while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  }
  return text.size() - at;
}

}  // namespace

Value split(const HelperCall& call) {
  const auto text = textArgument(call, 0);
  const auto separator = textArgument(call, 1);
  if (separator.empty()) throw EvalError("the separator is empty");
  const std::size_t count = occurrences(text, separator) + 1;
  const auto parts = allocateArray<Value>(call.arena, count);
  std::size_t from = 0;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    const auto at = findFrom(text, separator, from);
    parts[i] = Value::string(text.substr(from, at - from));
    from = at + separator.size();
  }
  parts[count - 1] = Value::string(text.substr(from));
  // Java drops empty parts at the end, unless there was no separator at all.
  std::size_t kept = count;
  while (count > 1 && kept > 0 && parts[kept - 1].asString().empty()) --kept;
  return Value::list(parts.first(kept));
}

Value join(const HelperCall& call) {
  const Value& list = call.arguments[0];
  const bool is_array = list.kind() == ValueKind::kJson && !list.asJson().isObject();
  if (list.kind() != ValueKind::kList && !is_array) throw EvalError("argument 1 is no list");
  const auto items = is_array ? list.asJson().items() : list.asList();
  const auto separator = call.arguments.size() > 1 ? textArgument(call, 1) : std::string_view(",");
  std::string& out = call.buffer;
  out.clear();
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += separator;
    if (out.size() > kTextBytesMax) throw EvalError("the result is larger than 64 MiB");
    NumberText buffer;
    if (items[i].isString()) {
      out += items[i].asString();
    } else if (items[i].isNumber()) {
      out += formatNumber(items[i], buffer);
    } else {
      throw EvalError("element " + std::to_string(i + 1) + " is a " +
                      std::string(typeName(items[i].kind())));
    }
  }
  return Value::string(call.arena.copy(out));
}

Value lower(const HelperCall& call) {
  return changed(call, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

Value upper(const HelperCall& call) {
  return changed(call, [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
}

Value trim(const HelperCall& call) {
  auto text = textArgument(call, 0);
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return Value::string(text);
}

Value mask(const HelperCall& call) {
  const auto text = textArgument(call, 0);
  const auto kept = integerArgument(call, 1, 4);
  auto tail = tailBytes(text, kept);
  if (tail == text.size()) tail = 0;  // a short text hides itself, too
  std::string& out = call.buffer;
  out.clear();
  for (const char c : text.substr(0, text.size() - tail)) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) out += '*';  // one per character
  }
  out += text.substr(text.size() - tail);
  return Value::string(call.arena.copy(out));
}

}  // namespace lockstep::helper
