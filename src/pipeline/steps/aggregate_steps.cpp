#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {

namespace {

bool countsOnly(const StepBuild& build) {
  return build.step().find("reduce")->named == config::NamedReduction::kCount;
}

}  // namespace

std::optional<Built> buildCount(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  return Built{countRows(in->rows, build.name()), true};
}

std::optional<Built> buildCountByValue(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  return Built{countRowsByValue(in->rows, build.shuffleOptions()), true};
}

std::optional<Built> buildReduce(const std::optional<Built>& in, StepBuild& build) {
  if (countsOnly(build)) return buildCount(in, build);
  const auto reduction = build.reduction("reduce");
  if (!in || !reduction) return std::nullopt;
  return Built{reduceRows(in->rows, *reduction, build.name()),
               in->integers && build.step().find("reduce")->named.has_value()};
}

std::optional<Built> buildReduceByKey(const std::optional<Built>& in, StepBuild& build) {
  if (countsOnly(build)) {
    if (!in) return std::nullopt;
    return Built{countRowsByKey(in->rows, build.shuffleOptions()), true};
  }
  const auto reduction = build.reduction("reduce");
  if (!in || !reduction) return std::nullopt;
  return Built{reduceRowsByKey(in->rows, *reduction, build.shuffleOptions()),
               in->integers && build.step().find("reduce")->named.has_value()};
}

}  // namespace lockstep
