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
  }
  LOCKSTEP_CHECK(false, "an operator without a step function");
}

}  // namespace lockstep
