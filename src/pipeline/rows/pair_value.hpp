#pragma once

#include <lockstep/base/arena.hpp>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// What joins make of two values: a map with the fields left and right.
[[nodiscard]] inline Value pairValue(const Value& left, const Value& right, Arena& arena) {
  const auto fields = allocateArray<MapEntry>(arena, 2);
  fields[0] = {Value::string("left"), left};  // in the order of names, as a map has to be
  fields[1] = {Value::string("right"), right};
  return Value::map(fields);
}

}  // namespace lockstep
