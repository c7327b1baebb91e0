#include "src/pipeline/rows/row_state.hpp"
#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {

std::optional<Built> buildUpdateStateByKey(const std::optional<Built>& in, StepBuild& build) {
  const auto& step = build.step();
  const StateOptions options{build.name(), step.text("emit") == "all" ? Emit::kAll : Emit::kChanged,
                             step.text("visit") == "touched" ? Visit::kTouched : Visit::kAll,
                             build.shuffleOptions().parallelism};
  if (const auto named = step.find("update")->named) {
    if (!in) return std::nullopt;
    const bool counts = named == config::NamedReduction::kCount;
    return Built{reduceRowState(in->rows, reductionOf(*named), in->integers, options),
                 counts || in->integers};
  }
  auto update = build.expression("update", StateUpdate::variables());
  std::optional<Expression> initial;
  if (build.has("initial")) initial = build.expression("initial", {});
  if (!in || !update || build.has("initial") != initial.has_value()) return std::nullopt;
  StateUpdate function{std::move(*update), std::move(initial), build.compiler().evaluation()};
  return Built{updateRowState(in->rows, std::move(function), options), false};
}

std::optional<Built> buildMapWithState(const std::optional<Built>& in, StepBuild& build) {
  MapWithStateOptions options;
  options.id = build.name();
  options.parallelism = build.shuffleOptions().parallelism;
  if (const auto* timeout = build.step().find("timeout"))
    options.timeout = std::chrono::milliseconds(timeout->number);
  auto update = build.expression("update", StateMapping::updateVariables());
  auto result = build.expression("value", StateMapping::resultVariables());
  std::optional<Expression> initial;
  if (build.has("initial")) initial = build.expression("initial", {});
  if (!in || !update || !result || build.has("initial") != initial.has_value()) return std::nullopt;
  StateMapping mapping{std::move(*update), std::move(initial), std::move(*result),
                       build.compiler().evaluation()};
  return Built{mapRowsWithState(in->rows, std::move(mapping), options), false};
}

}  // namespace lockstep
