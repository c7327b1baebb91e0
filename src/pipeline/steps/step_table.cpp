#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {

StepFunction stepFunction(config::OperatorKind kind) {
  using config::OperatorKind;
  switch (kind) {
    case OperatorKind::kMap:
    case OperatorKind::kMapValues:
    case OperatorKind::kKeyBy:
      return buildMap;
    case OperatorKind::kFlatMap:
    case OperatorKind::kFlatMapValues:
      return buildFlatMap;
    case OperatorKind::kFilter:
      return buildFilter;
    case OperatorKind::kUnion:
      return buildUnion;
    case OperatorKind::kCount:
      return buildCount;
    case OperatorKind::kCountByValue:
      return buildCountByValue;
    case OperatorKind::kReduce:
      return buildReduce;
    case OperatorKind::kReduceByKey:
      return buildReduceByKey;
    case OperatorKind::kUpdateStateByKey:
      return buildUpdateStateByKey;
    case OperatorKind::kMapWithState:
      return buildMapWithState;
    case OperatorKind::kGroupByKey:
      return buildGroupByKey;
    case OperatorKind::kCombineByKey:
      return buildCombineByKey;
    case OperatorKind::kFoldByKey:
      return buildFoldByKey;
    case OperatorKind::kAggregateByKey:
      return buildAggregateByKey;
    case OperatorKind::kSumByKey:
      return buildSumByKey;
    case OperatorKind::kMinByKey:
      return buildMinByKey;
    case OperatorKind::kMaxByKey:
      return buildMaxByKey;
    case OperatorKind::kAvgByKey:
      return buildAvgByKey;
    case OperatorKind::kCountByKey:
      return buildCountByKey;
    case OperatorKind::kDistinct:
      return buildDistinct;
    case OperatorKind::kRepartition:
      return buildRepartition;
    case OperatorKind::kProject:
      return buildProject;
    case OperatorKind::kTopN:
      return buildTopN;
    case OperatorKind::kTopNByKey:
      return buildTopNByKey;
    case OperatorKind::kCogroup:
    case OperatorKind::kJoin:
    case OperatorKind::kLeftOuterJoin:
    case OperatorKind::kRightOuterJoin:
    case OperatorKind::kFullOuterJoin:
      return buildJoin;
    case OperatorKind::kWindow:
      return buildWindow;
    case OperatorKind::kCountByWindow:
      return buildCountByWindow;
    case OperatorKind::kReduceByWindow:
      return buildReduceByWindow;
    case OperatorKind::kReduceByKeyAndWindow:
      return buildReduceByKeyAndWindow;
    case OperatorKind::kGroupByKeyAndWindow:
      return buildGroupByKeyAndWindow;
    case OperatorKind::kCountByValueAndWindow:
      return buildCountByValueAndWindow;
  }
  LOCKSTEP_CHECK(false, "an operator without a step function");
  return nullptr;
}

}  // namespace lockstep
