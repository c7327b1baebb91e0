#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/pipeline/expression/lexer.hpp"

namespace lockstep {

/// One thing an expression reads: a variable, or a top-level field of it. `field` is empty when
/// the variable is used whole.
struct ExpressionRead {
  std::string variable;
  std::string field;

  auto operator<=>(const ExpressionRead&) const = default;
};

/// What `tokens` read of `variables`, sorted, each once. Never too little; a name that a function
/// inside the expression declares again counts, too.
[[nodiscard]] std::vector<ExpressionRead> scanReads(std::span<const Token> tokens,
                                                    std::span<const std::string> variables);

/// The first free name for which `known` is false, or null. An expression that declares names of
/// its own (it has a function in it) is not judged.
[[nodiscard]] const Token* findUnknownName(std::span<const Token> tokens,
                                           const std::function<bool(std::string_view)>& known);

/// The candidate that `name` was probably meant to be; empty if none is near.
[[nodiscard]] std::string nearestName(std::string_view name,
                                      std::span<const std::string> candidates);

}  // namespace lockstep
