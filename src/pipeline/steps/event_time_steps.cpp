#include "src/pipeline/rows/row_event_time.hpp"
#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {
namespace {

using std::chrono::milliseconds;

milliseconds durationOf(const StepBuild& build, const char* option, milliseconds otherwise = {}) {
  const config::StepOption* found = build.step().find(option);
  return found != nullptr ? milliseconds(found->number) : otherwise;
}

/// Structure lint has seen to it that there is one, and that its numbers are right.
EventWindow windowOf(const StepBuild& build) {
  if (build.has("tumbling")) return EventWindow::tumbling(durationOf(build, "tumbling"));
  if (build.has("session")) return EventWindow::session(durationOf(build, "session"));
  return EventWindow::sliding(durationOf(build, "sliding"), durationOf(build, "slide"));
}

/// Nothing after a mistake, which was reported.
std::optional<RowEventFold> foldOf(StepBuild& build) {
  RowEventFold fold;
  if (build.has("reduce")) {
    fold.reduce = build.reduction("reduce");
    if (!fold.reduce) return std::nullopt;
    if (const auto named = build.step().find("reduce")->named) fold.named = reductionOf(*named);
    return fold;
  }
  if (!build.has("zero")) return fold;
  if (!build.has("seqOp") || !build.has("combOp")) return std::nullopt;  // structure lint says so
  auto zero = build.expression("zero", {});
  auto merge_value = build.reduction("seqOp");
  auto merge_combiners = build.reduction("combOp");
  if (!zero || !merge_value || !merge_combiners) return std::nullopt;
  fold.aggregation = RowAggregation{"eventWindow", std::nullopt,
                                    ValueFunction(std::move(*zero), build.compiler().evaluation()),
                                    std::move(*merge_value), std::move(*merge_combiners)};
  return fold;
}

void reportNoTimes(const EventTimes& times, StepBuild& build) {
  if (times.lost_in.empty())
    build.report("E034", "the records have no event time here",
                 "put  assignTimestamps  before, with no shuffle or window between");
  else
    build.report(
        "E034",
        "the records have no event time here: the union '" + times.lost_in +
            "' brings together streams that do not have the same watermark",
        "put one  assignTimestamps  behind the union instead of those before: it waits for "
        "all partitions of all its streams");
}

}  // namespace

std::optional<Built> buildAssignTimestamps(const std::optional<Built>& in, StepBuild& build) {
  std::optional<RowExpression> time;
  if (build.has("time")) time = build.rowExpression("time");
  if (!in || build.has("time") != time.has_value()) return std::nullopt;
  milliseconds idle_after = WatermarkOptions{}.idle_after;
  if (const auto* kafka = build.stream().kafka(); kafka != nullptr && kafka->idle_after)
    idle_after = std::chrono::duration_cast<milliseconds>(*kafka->idle_after);
  const auto timed = assignRowTimestamps(
      in->rows, std::move(time),
      {build.name(), durationOf(build, "delay"), durationOf(build, "idle_after", idle_after)});
  return Built{timed.rows, in->integers, {timed.watermark}};
}

std::optional<Built> buildEventWindow(const std::optional<Built>& in, StepBuild& build) {
  const auto fold = foldOf(build);
  if (!in || !fold) return std::nullopt;
  const RowEventWindow window{
      windowOf(build),
      {build.name(), durationOf(build, "lateness"), build.shuffleOptions().parallelism},
      build.has("all") && build.step().find("all")->number != 0};
  if (in->times.watermark == nullptr) {
    reportNoTimes(in->times, build);
    return std::nullopt;
  }
  // What cannot be was reported where it stands.
  if (window.window.size.count() <= 0 || window.window.slide.count() <= 0) return std::nullopt;
  return Built{eventWindowRows({in->rows, in->times.watermark}, window, *fold), false};
}

}  // namespace lockstep
