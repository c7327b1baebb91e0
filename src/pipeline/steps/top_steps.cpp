#include "src/pipeline/rows/row_top.hpp"
#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {

namespace {

struct Top {
  std::size_t count;
  std::optional<RowExpression> by;  ///< nothing: the value
};

/// Nothing when there is a mistake.
std::optional<Top> readTop(StepBuild& build) {
  Top top{build.step().find("count")->number, std::nullopt};
  if (!build.has("by")) return top;
  top.by = build.rowExpression("by");
  if (!top.by) return std::nullopt;
  return top;
}

}  // namespace

std::optional<Built> buildTopN(const std::optional<Built>& in, StepBuild& build) {
  auto top = readTop(build);
  if (!in || !top) return std::nullopt;
  return Built{topRows(in->rows, top->count, std::move(top->by), build.name()), in->integers};
}

std::optional<Built> buildTopNByKey(const std::optional<Built>& in, StepBuild& build) {
  auto top = readTop(build);
  if (!in || !top) return std::nullopt;
  return Built{topRowsByKey(in->rows, top->count, std::move(top->by), build.shuffleOptions()),
               false};
}

}  // namespace lockstep
