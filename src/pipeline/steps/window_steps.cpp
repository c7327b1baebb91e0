#include "src/pipeline/rows/row_windows.hpp"
#include "src/pipeline/steps/inverse_samples.hpp"
#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {
namespace {

RowWindow windowOf(const StepBuild& build) {
  const auto milliseconds = [&](const char* option) {
    const config::StepOption* duration = build.step().find(option);
    return std::chrono::milliseconds(duration != nullptr ? duration->number : 0);
  };
  const config::StepOption* drop = build.step().find("drop_empty");
  return {{milliseconds("window"), milliseconds("slide")},
          {build.name(), drop != nullptr && drop->number != 0, build.shuffleOptions().parallelism}};
}

/// Counts are added; everything else is reduced as it is written.
ValueReduction reduceOfCounts() { return ValueReduction(NamedValueReduction::kSum); }

void tryInverse(const ValueReduction& reduce, const ValueReduction& inverse, StepBuild& build) {
  const auto mistake = inverseMistake(reduce, inverse);
  if (!mistake) return;
  build.compiler().diagnostics().warning("W033", build.step().find("inverse")->value.place,
                                         mistake->message, mistake->help);
}

/// Whether the inverse is `a - b`, however it is spaced.
bool subtracts(const StepBuild& build) {
  const config::StepOption* inverse = build.step().find("inverse");
  if (inverse == nullptr) return false;
  std::string text = inverse->value.text;
  std::erase(text, ' ');
  return text == "a-b";
}

/// Nothing after a mistake, which was reported.
std::optional<RowWindowFold> foldOf(const std::optional<Built>& in, StepBuild& build) {
  const auto named = build.step().find("reduce")->named;
  auto reduce = build.reduction("reduce");
  std::optional<ValueReduction> inverse;
  if (build.has("inverse")) inverse = build.reduction("inverse");
  if (reduce && inverse)
    tryInverse(named == config::NamedReduction::kCount ? reduceOfCounts() : *reduce, *inverse,
               build);
  std::optional<Expression> filter;
  if (build.has("filter")) filter = build.expression("filter", RowWindowFold::filterVariables());
  if (!in || !reduce || build.has("inverse") != inverse.has_value() ||
      build.has("filter") != filter.has_value())
    return std::nullopt;
  RowWindowFold fold{
      {},           std::move(*reduce), std::move(inverse), filter, build.compiler().evaluation(),
      in->integers, subtracts(build)};
  if (named) fold.named = reductionOf(*named);
  return fold;
}

}  // namespace

std::optional<Built> buildWindow(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  return Built{windowRows(in->rows, windowOf(build)), in->integers};
}

std::optional<Built> buildCountByWindow(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  return Built{countRowsByWindow(in->rows, windowOf(build)), true};
}

std::optional<Built> buildReduceByWindow(const std::optional<Built>& in, StepBuild& build) {
  const auto fold = foldOf(in, build);
  if (!fold) return std::nullopt;
  return Built{reduceRowsByWindow(in->rows, *fold, windowOf(build)), fold->foldsLongs()};
}

std::optional<Built> buildReduceByKeyAndWindow(const std::optional<Built>& in, StepBuild& build) {
  const auto fold = foldOf(in, build);
  if (!fold) return std::nullopt;
  return Built{reduceRowsByKeyAndWindow(in->rows, *fold, windowOf(build)), fold->foldsLongs()};
}

std::optional<Built> buildGroupByKeyAndWindow(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  return Built{groupRowsByKeyAndWindow(in->rows, windowOf(build)), false};
}

std::optional<Built> buildCountByValueAndWindow(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  return Built{countRowsByValueAndWindow(in->rows, windowOf(build)), true};
}

}  // namespace lockstep
