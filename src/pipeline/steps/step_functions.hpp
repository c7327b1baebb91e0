#pragma once

#include "src/pipeline/steps/step.hpp"

/// The step functions of this folder, by the file that has them.
namespace lockstep {

// map_steps.cpp
std::optional<Built> buildMap(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildFlatMap(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildFilter(const std::optional<Built>& in, StepBuild& build);

// union_steps.cpp
std::optional<Built> buildUnion(const std::optional<Built>& in, StepBuild& build);
/// All streams of `names`, and `all` if there is one, united.
std::optional<Built> uniteStreams(std::optional<Built> all,
                                  const std::vector<config::SourceText>& names,
                                  const std::string& step, BuiltStreams& streams);

// aggregate_steps.cpp
std::optional<Built> buildCount(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildCountByValue(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildReduce(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildReduceByKey(const std::optional<Built>& in, StepBuild& build);

// state_steps.cpp
std::optional<Built> buildUpdateStateByKey(const std::optional<Built>& in, StepBuild& build);

}  // namespace lockstep
