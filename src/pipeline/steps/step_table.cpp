#include <algorithm>
#include <array>

#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {

namespace {

using config::OperatorKind;

struct OperatorRow {
  OperatorKind kind;
  StepFunction build;
};

constexpr std::array kRows{
    OperatorRow{OperatorKind::kMap, buildMap},
    OperatorRow{OperatorKind::kMapValues, buildMap},
    OperatorRow{OperatorKind::kKeyBy, buildMap},
    OperatorRow{OperatorKind::kFlatMap, buildFlatMap},
    OperatorRow{OperatorKind::kFlatMapValues, buildFlatMap},
    OperatorRow{OperatorKind::kFilter, buildFilter},
    OperatorRow{OperatorKind::kUnion, buildUnion},
    OperatorRow{OperatorKind::kCount, buildCount},
    OperatorRow{OperatorKind::kCountByValue, buildCountByValue},
    OperatorRow{OperatorKind::kReduce, buildReduce},
    OperatorRow{OperatorKind::kReduceByKey, buildReduceByKey},
    OperatorRow{OperatorKind::kUpdateStateByKey, buildUpdateStateByKey},
    OperatorRow{OperatorKind::kMapWithState, buildMapWithState},
    OperatorRow{OperatorKind::kGroupByKey, buildGroupByKey},
    OperatorRow{OperatorKind::kCombineByKey, buildCombineByKey},
    OperatorRow{OperatorKind::kFoldByKey, buildFoldByKey},
    OperatorRow{OperatorKind::kAggregateByKey, buildAggregateByKey},
    OperatorRow{OperatorKind::kSumByKey, buildSumByKey},
    OperatorRow{OperatorKind::kMinByKey, buildMinByKey},
    OperatorRow{OperatorKind::kMaxByKey, buildMaxByKey},
    OperatorRow{OperatorKind::kAvgByKey, buildAvgByKey},
    OperatorRow{OperatorKind::kCountByKey, buildCountByKey},
    OperatorRow{OperatorKind::kDistinct, buildDistinct},
    OperatorRow{OperatorKind::kRepartition, buildRepartition},
    OperatorRow{OperatorKind::kProject, buildProject},
    OperatorRow{OperatorKind::kTopN, buildTopN},
    OperatorRow{OperatorKind::kTopNByKey, buildTopNByKey},
    OperatorRow{OperatorKind::kCogroup, buildJoin},
    OperatorRow{OperatorKind::kJoin, buildJoin},
    OperatorRow{OperatorKind::kLeftOuterJoin, buildJoin},
    OperatorRow{OperatorKind::kRightOuterJoin, buildJoin},
    OperatorRow{OperatorKind::kFullOuterJoin, buildJoin},
    OperatorRow{OperatorKind::kWindow, buildWindow},
    OperatorRow{OperatorKind::kCountByWindow, buildCountByWindow},
    OperatorRow{OperatorKind::kReduceByWindow, buildReduceByWindow},
    OperatorRow{OperatorKind::kReduceByKeyAndWindow, buildReduceByKeyAndWindow},
    OperatorRow{OperatorKind::kGroupByKeyAndWindow, buildGroupByKeyAndWindow},
    OperatorRow{OperatorKind::kCountByValueAndWindow, buildCountByValueAndWindow},
    OperatorRow{OperatorKind::kAssignTimestamps, buildAssignTimestamps},
    OperatorRow{OperatorKind::kEventWindow, buildEventWindow},
    OperatorRow{OperatorKind::kSql, buildSql},
    OperatorRow{OperatorKind::kModel, buildModel},
};

}  // namespace

StepFunction stepFunction(OperatorKind kind) {
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const OperatorRow& candidate) {
    return candidate.kind == kind;
  });
  LOCKSTEP_CHECK(row != kRows.end(), "an operator without a step function");
  return row->build;
}

}  // namespace lockstep
