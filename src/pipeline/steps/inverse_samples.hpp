#pragma once

#include <optional>
#include <string>

#include "src/pipeline/rows/value_reduction.hpp"

namespace lockstep {

/// What is wrong with a window's reduce and inverse.
struct InverseMistake {
  std::string message;
  std::string help;
};

/// Tries a window's reduce and inverse on pairs of sample values: numbers, texts, and objects with
/// the fields that both read. Nothing when inverse(reduce(a, b), b) is a, and reduce(b, a) is
/// reduce(a, b), for every pair that reduce takes; else the first pair for which it is not.
[[nodiscard]] std::optional<InverseMistake> inverseMistake(const ValueReduction& reduce,
                                                           const ValueReduction& inverse);

}  // namespace lockstep
