#include "src/pipeline/rows/row_pairs.hpp"
#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {

namespace {

std::optional<ValueFunction> valueFunction(StepBuild& build, std::string_view option,
                                           const std::vector<std::string>& variables) {
  auto compiled = build.expression(option, variables);
  if (!compiled) return std::nullopt;
  return ValueFunction(std::move(*compiled), build.compiler().evaluation());
}

/// The two merges of an aggregation, and how it begins.
std::optional<Built> aggregate(const std::optional<Built>& in, StepBuild& build,
                               std::optional<ValueFunction> create,
                               std::optional<ValueFunction> zero,
                               std::array<std::string_view, 2> merges) {
  const auto merge_value = build.reduction(merges[0]);
  const auto merge_combiners = merges[1] == merges[0] ? merge_value : build.reduction(merges[1]);
  if (!in || !merge_value || !merge_combiners || (!create && !zero)) return std::nullopt;
  const RowAggregation aggregation{std::string(build.step().spec->name), std::move(create),
                                   std::move(zero), *merge_value, *merge_combiners};
  return Built{aggregateRowsByKey(in->rows, aggregation, build.shuffleOptions()), false};
}

std::optional<Built> named(const std::optional<Built>& in, StepBuild& build,
                           NamedValueReduction reduction) {
  if (!in) return std::nullopt;
  return Built{reduceRowsNamed(in->rows, reduction, in->integers, build.shuffleOptions()),
               in->integers};
}

}  // namespace

std::optional<Built> buildCombineByKey(const std::optional<Built>& in, StepBuild& build) {
  auto create = valueFunction(build, "createCombiner", ValueFunction::variables());
  return aggregate(in, build, std::move(create), {}, {"mergeValue", "mergeCombiners"});
}

std::optional<Built> buildFoldByKey(const std::optional<Built>& in, StepBuild& build) {
  auto zero = valueFunction(build, "zero", {});
  return aggregate(in, build, {}, std::move(zero), {"fold", "fold"});
}

std::optional<Built> buildAggregateByKey(const std::optional<Built>& in, StepBuild& build) {
  auto zero = valueFunction(build, "zero", {});
  return aggregate(in, build, {}, std::move(zero), {"seqOp", "combOp"});
}

std::optional<Built> buildSumByKey(const std::optional<Built>& in, StepBuild& build) {
  return named(in, build, NamedValueReduction::kSum);
}

std::optional<Built> buildMinByKey(const std::optional<Built>& in, StepBuild& build) {
  return named(in, build, NamedValueReduction::kMin);
}

std::optional<Built> buildMaxByKey(const std::optional<Built>& in, StepBuild& build) {
  return named(in, build, NamedValueReduction::kMax);
}

std::optional<Built> buildAvgByKey(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  return Built{averageRowsByKey(in->rows, build.shuffleOptions()), false};
}

std::optional<Built> buildCountByKey(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  return Built{countRowsByKey(in->rows, build.shuffleOptions()), true};
}

std::optional<Built> buildGroupByKey(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  return Built{groupRowsByKey(in->rows, build.shuffleOptions()), false};
}

std::optional<Built> buildDistinct(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  return Built{distinctRows(in->rows, build.shuffleOptions()), in->integers};
}

std::optional<Built> buildRepartition(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  const auto partitions = static_cast<std::uint32_t>(build.step().find("partitions")->number);
  return Built{repartitionRows(in->rows, partitions, build.name()), in->integers};
}

}  // namespace lockstep
