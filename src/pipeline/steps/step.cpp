#include "src/pipeline/steps/step.hpp"

namespace lockstep {

static_assert(static_cast<int>(NamedValueReduction::kLast) ==
                  static_cast<int>(config::NamedReduction::kLast) &&
              static_cast<int>(NamedValueReduction::kSum) ==
                  static_cast<int>(config::NamedReduction::kSum));

NamedValueReduction reductionOf(config::NamedReduction reduction) {
  return static_cast<NamedValueReduction>(reduction);
}

std::optional<Expression> StepBuild::expression(std::string_view option,
                                                const std::vector<std::string>& variables) {
  return compiler_.compile(step_.find(option)->value, variables,
                           {stream_.name.text, name_, option});
}

std::optional<RowExpression> StepBuild::rowExpression(std::string_view option) {
  auto compiled = expression(option, RowExpression::variables());
  if (!compiled) return std::nullopt;
  return RowExpression(std::move(*compiled), compiler_.evaluation());
}

std::optional<ValueReduction> StepBuild::reduction(std::string_view option) {
  if (const auto named = step_.find(option)->named) return ValueReduction(reductionOf(*named));
  auto compiled = expression(option, {"a", "b"});
  if (!compiled) return std::nullopt;
  return ValueReduction(std::move(*compiled), compiler_.evaluation());
}

void StepBuild::mistake(std::string_view option, std::size_t offset, const Status& status) {
  compiler_.diagnostics().error(step_.find(option)->value.at(offset), status);
}

ShuffleOptions StepBuild::shuffleOptions() const {
  const auto parallelism = step_.parallelism ? step_.parallelism : stream_.parallelism;
  ShuffleOptions options{name_, std::nullopt};
  if (parallelism) options.parallelism = static_cast<std::uint32_t>(*parallelism);
  return options;
}

}  // namespace lockstep
