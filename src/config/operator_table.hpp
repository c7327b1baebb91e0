#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "src/config/operator_kind.hpp"
#include "src/config/stream_model.hpp"

namespace lockstep::config {

/// Every operator of this version. A new operator gets a kind (operator_kind.hpp) and a row here;
/// the pipeline then decides what it builds.
[[nodiscard]] std::span<const OperatorSpec> operatorTable();
/// Null when there is none of that name.
[[nodiscard]] const OperatorSpec* findOperator(std::string_view name);

/// Spark's operators and our own that a later version brings: recognised, answered with E013.
[[nodiscard]] std::span<const std::string_view> laterOperators();
/// Kinds of streams and outputs that a later version brings.
[[nodiscard]] std::span<const std::string_view> laterStreamKeys();
[[nodiscard]] std::span<const std::string_view> laterOutputKeys();

/// All names for "did you mean".
[[nodiscard]] std::vector<std::string_view> operatorNames();

/// "sum" -> kSum...; nullopt for anything else.
[[nodiscard]] std::optional<NamedReduction> namedReduction(std::string_view text);

}  // namespace lockstep::config
