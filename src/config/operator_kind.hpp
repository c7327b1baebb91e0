#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lockstep::config {

/// The operators of this version.
enum class OperatorKind {
  kMap,
  kFlatMap,
  kFilter,
  kMapValues,
  kKeyBy,
  kUnion,
  kReduceByKey,
  kCountByValue,
  kCount,
  kReduce,
  kUpdateStateByKey,
  kMapWithState,
  kGroupByKey,
  kCombineByKey,
  kFoldByKey,
  kAggregateByKey,
  kSumByKey,
  kMinByKey,
  kMaxByKey,
  kAvgByKey,
  kCountByKey,
  kFlatMapValues,
  kDistinct,
  kRepartition,
  kProject,
  kTopN,
  kTopNByKey,
  kCogroup,
  kJoin,
  kLeftOuterJoin,
  kRightOuterJoin,
  kFullOuterJoin,
  kWindow,
  kCountByWindow,
  kReduceByWindow,
  kReduceByKeyAndWindow,
  kGroupByKeyAndWindow,
  kCountByValueAndWindow,
  kAssignTimestamps,
  kEventWindow,
  kSql,
  kModel,
};

/// Of `parallelism`, and of whatever else an option counts.
inline constexpr std::uint64_t kParallelismMax = 1024;

/// What the text of an option has to be.
enum class OptionType {
  kExpression,  ///< a Lua expression; compiled by the pipeline
  kReduction,   ///< an expression, or the bare name of a reduction that `choices` lists
  kChoice,      ///< one of `choices`
  kCount,       ///< how many: 1 to kParallelismMax
  kDuration,    ///< with its unit: 10s
  kFlag,        ///< true or false
  kText,        ///< any
  kTable,       ///< the name of a table of a file
  kNames,       ///< a name, or a list of names
  kStates,      ///< a map of keys and states, as data
};

/// One option of an operator.
struct OptionSpec {
  std::string_view name;
  OptionType type = OptionType::kExpression;
  std::string_view text;  ///< one line for the reference page
  bool required = false;
  std::string_view fallback{};  ///< what an absent option means; empty: nothing
  std::span<const std::string_view> choices{};
};

/// One operator: the loader, lint and the reference page are made from this.
struct OperatorSpec {
  std::string_view name;  ///< Spark's spelling
  OperatorKind kind = OperatorKind::kMap;
  std::string_view text;  ///< one line for the reference page
  /// The option that `name: <scalar>` gives; empty when the operator takes a map or nothing.
  std::string_view scalar_option{};
  std::span<const OptionSpec> options{};
  bool stateful = false;          ///< needs an id and state.dir
  bool needs_an_option = false;   ///< a map without any option is a mistake
  bool takes_streams = false;     ///< `union: other` or `union: [a, b]`
  bool by_key = false;            ///< its work is divided into shards by key: `parallelism`
  bool takes_one_stream = false;  ///< `join: other`; set together with takes_streams
};

}  // namespace lockstep::config
