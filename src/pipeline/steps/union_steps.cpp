#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {
namespace {

/// Streams that part behind one assignTimestamps and meet again still have its times.
EventTimes timesOfBoth(const EventTimes& a, const EventTimes& b, const std::string& step) {
  if (!a.lost_in.empty()) return a;
  if (!b.lost_in.empty() || a.watermark == b.watermark) return b;
  return {nullptr, step};
}

}  // namespace

std::optional<Built> uniteStreams(std::optional<Built> all,
                                  const std::vector<config::SourceText>& names,
                                  const std::string& step, BuiltStreams& streams) {
  bool complete = true;
  for (const auto& name : names) {
    const auto& next = streams.streamNamed(name.text);
    complete = complete && next.has_value();
    if (!next) continue;
    all = all ? Built{all->rows.unite(next->rows, step), all->integers && next->integers,
                      timesOfBoth(all->times, next->times, step)}
              : *next;
  }
  return complete ? all : std::nullopt;
}

std::optional<Built> buildUnion(const std::optional<Built>& in, StepBuild& build) {
  return uniteStreams(in, build.step().streams, build.name(), build.streams());
}

}  // namespace lockstep
