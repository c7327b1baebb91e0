#pragma once

#include "src/pipeline/steps/step.hpp"

/// The step functions of this folder, by the file that has them.
namespace lockstep {

// map_steps.cpp
std::optional<Built> buildMap(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildFlatMap(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildFilter(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildProject(const std::optional<Built>& in, StepBuild& build);

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

// keyed_steps.cpp
std::optional<Built> buildCombineByKey(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildFoldByKey(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildAggregateByKey(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildSumByKey(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildMinByKey(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildMaxByKey(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildAvgByKey(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildCountByKey(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildGroupByKey(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildDistinct(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildRepartition(const std::optional<Built>& in, StepBuild& build);

// top_steps.cpp
std::optional<Built> buildTopN(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildTopNByKey(const std::optional<Built>& in, StepBuild& build);

// join_steps.cpp
/// `join`, its relatives and `cogroup`, with the stream that the step names on the right.
std::optional<Built> buildJoin(const std::optional<Built>& in, StepBuild& build);
/// A stream that begins with two others.
std::optional<Built> pairStreams(const config::PairedStreams& paired,
                                 const config::StreamConfig& stream, BuiltStreams& streams);

// table_steps.cpp
/// A stream that looks another's records up in a table.
std::optional<Built> lookUpTable(const config::TableJoin& join, const config::StreamConfig& stream,
                                 ExpressionCompiler& compiler, BuiltStreams& streams);
/// The table of a file, loaded; null after a mistake, which is reported.
std::shared_ptr<FileRowTable> loadFileTable(const config::StreamConfig& table,
                                            config::Diagnostics& diagnostics);
std::optional<Built> buildModel(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildSql(const std::optional<Built>& in, StepBuild& build);

// state_steps.cpp
std::optional<Built> buildUpdateStateByKey(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildMapWithState(const std::optional<Built>& in, StepBuild& build);

// window_steps.cpp
std::optional<Built> buildWindow(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildCountByWindow(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildReduceByWindow(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildReduceByKeyAndWindow(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildGroupByKeyAndWindow(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildCountByValueAndWindow(const std::optional<Built>& in, StepBuild& build);

// event_time_steps.cpp
std::optional<Built> buildAssignTimestamps(const std::optional<Built>& in, StepBuild& build);
std::optional<Built> buildEventWindow(const std::optional<Built>& in, StepBuild& build);

}  // namespace lockstep
