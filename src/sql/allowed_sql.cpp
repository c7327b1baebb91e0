#include "src/sql/allowed_sql.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace lockstep {
namespace {

constexpr std::array kFunctions = std::to_array<std::string_view>({
    "->",
    "->>",
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "ceil",
    "ceiling",
    "char",
    "coalesce",
    "cos",
    "cosh",
    "count",
    "cume_dist",
    "degrees",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_each",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_patch",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_tree",
    "json_type",
    "json_valid",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "likelihood",
    "likely",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "ltrim",
    "max",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "pi",
    "pow",
    "power",
    "printf",
    "quote",
    "radians",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "substr",
    "substring",
    "sum",
    "tan",
    "tanh",
    "total",
    "trim",
    "trunc",
    "typeof",
    "unicode",
    "unlikely",
    "upper",
});

static_assert(std::is_sorted(kFunctions.begin(), kFunctions.end()), "is searched by halves");

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

bool isWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Where what begins at `at` with a quote or a comment ends; `at` itself for anything else.
std::size_t skipped(std::string_view text, std::size_t at) {
  const char c = text[at];
  const auto behind = [&](std::size_t found, std::size_t size) {
    return found == text.npos ? text.size() : found + size;
  };
  if (c == '\'' || c == '"' || c == '`') return behind(text.find(c, at + 1), 1);
  if (c == '[') return behind(text.find(']', at), 1);
  if (text.substr(at, 2) == "--") return behind(text.find('\n', at), 1);
  if (text.substr(at, 2) == "/*") return behind(text.find("*/", at + 2), 2);
  return at;
}

}  // namespace

bool isAllowedFunction(std::string_view name) {
  return std::binary_search(kFunctions.begin(), kFunctions.end(), lowered(name));
}

bool ordersItsRows(std::string_view text) {
  int depth = 0;
  std::string before;
  for (std::size_t at = 0; at < text.size();) {
    if (const auto next = skipped(text, at); next != at) {
      at = next;
      continue;
    }
    if (text[at] == '(') ++depth;
    if (text[at] == ')') --depth;
    std::size_t end = at;
    while (end < text.size() && isWord(text[end])) ++end;
    if (end == at) {
      ++at;
      continue;
    }
    const std::string word = lowered(text.substr(at, end - at));
    if (depth == 0 && before == "order" && word == "by") return true;
    before = word;
    at = end;
  }
  return false;
}

}  // namespace lockstep
