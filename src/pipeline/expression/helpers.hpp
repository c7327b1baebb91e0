#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "src/pipeline/expression/value.hpp"

namespace re2 {
class RE2;
}

namespace lockstep {

class RegexCache;

/// What a helper gets for one call.
struct HelperCall {
  std::span<const Value> arguments;
  Arena& arena;                       ///< for the result
  RegexCache& regexes;                ///< for a pattern that is no constant
  std::string& buffer;                ///< scratch of the thread; its capacity stays
  const re2::RE2* pattern = nullptr;  ///< the second argument, compiled, if it is a constant
};

/// A function of expressions that both back ends call. Pure: the same arguments, the same result.
/// Throws EvalError for arguments it has no result for.
struct Helper {
  std::string_view name;
  std::string_view usage;  ///< as docs/expressions.md shows it
  std::string_view result;
  std::string_view example;
  std::uint8_t arguments_min = 0;
  std::uint8_t arguments_max = 0;
  bool has_pattern = false;  ///< the second argument is a regular expression
  Value (*call)(const HelperCall&) = nullptr;
};

/// More arguments than this a helper never takes.
inline constexpr std::size_t kHelperArgumentsMax = 8;

/// All helpers, sorted by name: the one table, also of docs/expressions.md.
[[nodiscard]] std::span<const Helper> allHelpers();
/// The helper with that name, or null.
[[nodiscard]] const Helper* findHelper(std::string_view name);
/// Checks the number of arguments and calls. Throws EvalError, its cause beginning with the name.
[[nodiscard]] Value callHelper(const Helper& helper, const HelperCall& call);

/// The argument as text; numbers as they print. Throws EvalError for anything else.
[[nodiscard]] std::string_view textArgument(const HelperCall& call, std::size_t index);
/// The argument as an integer; `otherwise` if it was left out. Throws EvalError for anything else.
[[nodiscard]] std::int64_t integerArgument(const HelperCall& call, std::size_t index,
                                           std::int64_t otherwise);

namespace helper {
Value split(const HelperCall& call);
Value join(const HelperCall& call);
Value lower(const HelperCall& call);
Value upper(const HelperCall& call);
Value trim(const HelperCall& call);
Value mask(const HelperCall& call);
Value sum(const HelperCall& call);
Value min(const HelperCall& call);
Value max(const HelperCall& call);
Value avg(const HelperCall& call);
Value count(const HelperCall& call);
Value hash(const HelperCall& call);
Value json(const HelperCall& call);
Value time(const HelperCall& call);
Value matches(const HelperCall& call);
Value extract(const HelperCall& call);
Value replace(const HelperCall& call);
}  // namespace helper

}  // namespace lockstep
