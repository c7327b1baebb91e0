#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {

std::optional<Built> uniteStreams(std::optional<Built> all,
                                  const std::vector<config::SourceText>& names,
                                  const std::string& step, BuiltStreams& streams) {
  bool complete = true;
  for (const auto& name : names) {
    const auto& next = streams.streamNamed(name.text);
    complete = complete && next.has_value();
    if (!next) continue;
    all = all ? Built{all->rows.unite(next->rows, step), all->integers && next->integers} : *next;
  }
  return complete ? all : std::nullopt;
}

std::optional<Built> buildUnion(const std::optional<Built>& in, StepBuild& build) {
  return uniteStreams(in, build.step().streams, build.name(), build.streams());
}

}  // namespace lockstep
