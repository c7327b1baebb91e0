#include "src/config/operator_table.hpp"

#include <algorithm>
#include <array>

namespace lockstep::config {
namespace {

constexpr std::array<std::string_view, 4> kReductions{"sum", "min", "max", "count"};
constexpr std::array<std::string_view, 3> kMerges{"sum", "min", "max"};
constexpr std::array<std::string_view, 5> kUpdates{"sum", "count", "min", "max", "last"};
constexpr std::array<std::string_view, 2> kEmit{"changed", "all"};
constexpr std::array<std::string_view, 2> kVisit{"all", "touched"};

constexpr std::array kMapOptions{
    OptionSpec{"key", OptionType::kExpression, "the new key; without it the key is kept"},
    OptionSpec{"value", OptionType::kExpression, "the new value; without it the value is kept"},
};
constexpr std::array kFlatMapOptions{
    OptionSpec{"values", OptionType::kExpression,
               "a list: one record for each element, the key is kept", true},
};
constexpr std::array kFilterOptions{
    OptionSpec{"where", OptionType::kExpression, "records for which it is true pass", true},
};
constexpr std::array kMapValuesOptions{
    OptionSpec{"value", OptionType::kExpression, "the new value; the key is kept", true},
};
constexpr std::array kKeyByOptions{
    OptionSpec{"key", OptionType::kExpression, "the new key; the value is kept", true},
};
constexpr std::array kReduceOptions{
    OptionSpec{"reduce",
               OptionType::kReduction,
               "combines two values a and b into one",
               true,
               {},
               kReductions},
};
constexpr std::array kCombineByKeyOptions{
    OptionSpec{"createCombiner", OptionType::kExpression,
               "the combiner of a key's first value; `value` is the value", true},
    OptionSpec{
        "mergeValue", OptionType::kReduction, "adds a value b to a combiner a", true, {}, kMerges},
    OptionSpec{"mergeCombiners",
               OptionType::kReduction,
               "combines two combiners a and b",
               true,
               {},
               kMerges},
};
constexpr std::array kFoldByKeyOptions{
    OptionSpec{"zero", OptionType::kExpression,
               "what a key begins with, in each partition that has it: a neutral value", true},
    OptionSpec{"fold",
               OptionType::kReduction,
               "adds a value b to what is folded so far, a",
               true,
               {},
               kMerges},
};
constexpr std::array kAggregateByKeyOptions{
    OptionSpec{"zero", OptionType::kExpression,
               "what a key begins with, in each partition that has it: a neutral value", true},
    OptionSpec{
        "seqOp", OptionType::kReduction, "adds a value b to a combiner a", true, {}, kMerges},
    OptionSpec{
        "combOp", OptionType::kReduction, "combines two combiners a and b", true, {}, kMerges},
};
constexpr std::array kFlatMapValuesOptions{
    OptionSpec{"values", OptionType::kExpression,
               "a list: one record for each element, the key is kept", true},
};
constexpr std::array kRepartitionOptions{
    OptionSpec{"partitions", OptionType::kCount, "how many", true},
};
constexpr std::array kProjectOptions{
    OptionSpec{"fields", OptionType::kNames, "the fields that stay", true},
};
constexpr std::array kTopNOptions{
    OptionSpec{"count", OptionType::kCount, "how many", true},
    OptionSpec{"by", OptionType::kExpression, "what they are ordered by, the largest first", false,
               "value"},
};
constexpr OptionSpec kInitialState{
    "initial_state", OptionType::kStates,
    "what certain keys begin with: a map of keys and states, taken once in the life of the state"};
constexpr std::array kUpdateStateOptions{
    OptionSpec{"initial", OptionType::kExpression, "the state of a key that has none"},
    kInitialState,
    OptionSpec{"update",
               OptionType::kReduction,
               "the new state, from state, values and key; nil removes the key",
               true,
               {},
               kUpdates},
    OptionSpec{"emit",
               OptionType::kChoice,
               "changed: keys whose state changed are passed on; all: every key in every batch",
               true,
               {},
               kEmit},
    OptionSpec{
        "visit", OptionType::kChoice,
        "all: update is called for every known key, as in Spark; touched: only for keys with "
        "records",
        false, "all", kVisit},
};

constexpr std::array kMapWithStateOptions{
    OptionSpec{"initial", OptionType::kExpression, "the state of a key that has none"},
    kInitialState,
    OptionSpec{"update", OptionType::kExpression,
               "the new state, from value, state and key; nil removes the state", true},
    OptionSpec{"value", OptionType::kExpression,
               "what is passed on with the key, from value, state (the new one), key and "
               "timed_out; nil: nothing is",
               true},
    OptionSpec{"timeout", OptionType::kDuration,
               "a key without records for longer goes: value is asked once more, with timed_out"},
};

constexpr std::array kSqlOptions{
    OptionSpec{"query", OptionType::kText,
               "one select over the table batch(key, value, timestamp); columns key and value, or "
               "else all columns as a map, are what passes on",
               true},
};
constexpr std::array<std::string_view, 3> kModels{"linear", "logistic", "kmeans"};
constexpr std::array kModelOptions{
    OptionSpec{"table", OptionType::kTable,
               "a table of a file: a row per feature with its `weight`, and maybe `intercept`; of "
               "kmeans a row per centre",
               true},
    OptionSpec{"kind", OptionType::kChoice, "what is computed", true, {}, kModels},
    OptionSpec{"features", OptionType::kExpression, "a map of names to numbers", true},
};

constexpr OperatorSpec byKey(std::string_view name, OperatorKind kind, std::string_view text,
                             std::span<const OptionSpec> options = {},
                             std::string_view scalar_option = {}) {
  return {name, kind, text, scalar_option, options, false, false, false, true};
}
constexpr OperatorSpec withStream(std::string_view name, OperatorKind kind, std::string_view text) {
  return {name, kind, text, {}, {}, false, false, true, true, true};
}

constexpr OptionSpec kWindowLength{"window", OptionType::kDuration,
                                   "the batches of so long a time, a multiple of batch.interval",
                                   true};
constexpr OptionSpec kSlide{"slide", OptionType::kDuration,
                            "how often a window ends, a multiple of batch.interval", true};
constexpr OptionSpec kInverse{"inverse", OptionType::kExpression,
                              "takes what leaves, b, off the window's value a"};
constexpr OptionSpec kDropEmpty{"drop_empty", OptionType::kFlag,
                                "with inverse: forgets what has no value left in the window", false,
                                "false"};
constexpr std::array kWindowOptions{kWindowLength, kSlide};
constexpr std::array kReduceByWindowOptions{kWindowLength, kSlide, kReduceOptions[0], kInverse,
                                            kDropEmpty};
constexpr std::array kReduceByKeyAndWindowOptions{
    kWindowLength,
    kSlide,
    kReduceOptions[0],
    kInverse,
    kDropEmpty,
    OptionSpec{"filter", OptionType::kExpression,
               "with inverse: of key and value; where it is false a key is hidden, and forgotten "
               "when it has no value left in the window"},
};
constexpr std::array kAssignTimestampsOptions{
    OptionSpec{"time", OptionType::kExpression,
               "when it happened, in milliseconds since 1970; without it the record's timestamp"},
    OptionSpec{"delay", OptionType::kDuration,
               "how much later than a later one a record may come and still be in time", false,
               "0s"},
    OptionSpec{"idle_after", OptionType::kDuration,
               "a partition read to its end that had no records for so long does not hold the "
               "watermark back",
               false, "30s"},
};
constexpr std::array kEventWindowOptions{
    OptionSpec{"tumbling", OptionType::kDuration, "windows of this size, side by side"},
    OptionSpec{"sliding", OptionType::kDuration, "windows of this size, one every `slide`"},
    OptionSpec{"slide", OptionType::kDuration, "with sliding: how often a window begins"},
    OptionSpec{"session", OptionType::kDuration,
               "windows that go on while records are at most this gap apart"},
    OptionSpec{"lateness", OptionType::kDuration,
               "so long behind its end a window still counts late records, and is passed on again",
               false, "0s"},
    OptionSpec{"reduce",
               OptionType::kReduction,
               "combines two values a and b into one; without it and zero: a list of all",
               false,
               {},
               kReductions},
    OptionSpec{"zero", OptionType::kExpression, "what an aggregation begins with"},
    OptionSpec{"seqOp",
               OptionType::kReduction,
               "with zero: adds a value b to a combiner a",
               false,
               {},
               kMerges},
    OptionSpec{"combOp",
               OptionType::kReduction,
               "with zero: combines two combiners a and b",
               false,
               {},
               kMerges},
    OptionSpec{"all", OptionType::kFlag, "over all records instead of by key", false, "false"},
};
constexpr OperatorSpec windowed(std::string_view name, OperatorKind kind, std::string_view text,
                                std::span<const OptionSpec> options, bool by_key) {
  return {name, kind, text, {}, options, true, false, false, by_key};
}

constexpr std::array kOperators{
    OperatorSpec{"map", OperatorKind::kMap, "Replaces value, key or both of every record", "value",
                 kMapOptions, false, true},
    OperatorSpec{"flatMap", OperatorKind::kFlatMap, "Makes any number of records out of one",
                 "values", kFlatMapOptions},
    OperatorSpec{"filter", OperatorKind::kFilter,
                 "Keeps the records for which the expression holds", "where", kFilterOptions},
    OperatorSpec{"mapValues", OperatorKind::kMapValues,
                 "Replaces the value, keeps key and partition", "value", kMapValuesOptions},
    OperatorSpec{"keyBy", OperatorKind::kKeyBy, "Gives every record a new key", "key",
                 kKeyByOptions},
    OperatorSpec{"union",
                 OperatorKind::kUnion,
                 "Adds the records of other streams",
                 {},
                 {},
                 false,
                 false,
                 true},
    OperatorSpec{"reduceByKey", OperatorKind::kReduceByKey,
                 "Combines the values of each key within a batch", "reduce", kReduceOptions, false,
                 false, false, true},
    OperatorSpec{"countByValue",
                 OperatorKind::kCountByValue,
                 "Counts equal values within a batch: key = the value, value = its count",
                 {},
                 {},
                 false,
                 false,
                 false,
                 true},
    OperatorSpec{"count", OperatorKind::kCount, "The number of records of a batch, as one record"},
    OperatorSpec{"reduce", OperatorKind::kReduce, "Combines all values of a batch into one record",
                 "reduce", kReduceOptions},
    OperatorSpec{"updateStateByKey",
                 OperatorKind::kUpdateStateByKey,
                 "Keeps a state for each key over all batches",
                 {},
                 kUpdateStateOptions,
                 true,
                 false,
                 false,
                 true},
    OperatorSpec{"mapWithState",
                 OperatorKind::kMapWithState,
                 "Calls an update with each record and its key's state",
                 {},
                 kMapWithStateOptions,
                 true,
                 false,
                 false,
                 true},
    byKey("groupByKey", OperatorKind::kGroupByKey, "The values of each key of a batch, as a list"),
    byKey("combineByKey", OperatorKind::kCombineByKey,
          "Combines the values of each key of a batch into something else", kCombineByKeyOptions),
    byKey("foldByKey", OperatorKind::kFoldByKey,
          "Folds the values of each key of a batch, from a zero on", kFoldByKeyOptions),
    byKey("aggregateByKey", OperatorKind::kAggregateByKey,
          "Aggregates the values of each key of a batch, from a zero on", kAggregateByKeyOptions),
    byKey("sumByKey", OperatorKind::kSumByKey, "The sum of each key's values in a batch"),
    byKey("minByKey", OperatorKind::kMinByKey, "The least of each key's values in a batch"),
    byKey("maxByKey", OperatorKind::kMaxByKey, "The greatest of each key's values in a batch"),
    byKey("avgByKey", OperatorKind::kAvgByKey, "The mean of each key's values in a batch"),
    byKey("countByKey", OperatorKind::kCountByKey, "How many records each key has in a batch"),
    OperatorSpec{"flatMapValues", OperatorKind::kFlatMapValues,
                 "Makes any number of records out of one, keeps key and partition", "values",
                 kFlatMapValuesOptions},
    byKey("distinct", OperatorKind::kDistinct, "Each record of a batch once: same key and value"),
    OperatorSpec{"repartition", OperatorKind::kRepartition,
                 "Deals the records out in turn to so many tasks", "partitions",
                 kRepartitionOptions},
    OperatorSpec{"project", OperatorKind::kProject,
                 "Keeps the named fields of the value, which is a map; key and partition stay",
                 "fields", kProjectOptions},
    OperatorSpec{"topN", OperatorKind::kTopN, "The largest records of a batch, the largest first",
                 "count", kTopNOptions},
    byKey("topNByKey", OperatorKind::kTopNByKey,
          "The largest values of each key of a batch, as a list, the largest first", kTopNOptions,
          "count"),
    withStream("cogroup", OperatorKind::kCogroup,
               "The values of each key of a batch in both streams: lists value.left and "
               "value.right"),
    withStream("join", OperatorKind::kJoin,
               "Pairs of values with the same key in the same batch: value.left, value.right"),
    withStream("leftOuterJoin", OperatorKind::kLeftOuterJoin,
               "The same, and this stream's records without a partner"),
    withStream("rightOuterJoin", OperatorKind::kRightOuterJoin,
               "The same as join, and the other stream's records without a partner"),
    withStream("fullOuterJoin", OperatorKind::kFullOuterJoin,
               "The same as join, and both streams' records without a partner"),
    windowed("window", OperatorKind::kWindow,
             "Passes on the records of the last batches, again "
             "and again",
             kWindowOptions, true),
    windowed("countByWindow", OperatorKind::kCountByWindow,
             "The number of records in a window, as one record", kWindowOptions, false),
    windowed("reduceByWindow", OperatorKind::kReduceByWindow,
             "Combines all values in a window into one record", kReduceByWindowOptions, false),
    windowed("reduceByKeyAndWindow", OperatorKind::kReduceByKeyAndWindow,
             "Combines the values of each key in a window", kReduceByKeyAndWindowOptions, true),
    windowed("groupByKeyAndWindow", OperatorKind::kGroupByKeyAndWindow,
             "The values of each key in a window, as a list", kWindowOptions, true),
    windowed("countByValueAndWindow", OperatorKind::kCountByValueAndWindow,
             "Counts equal values in a window: key = the value, value = its count", kWindowOptions,
             true),
    OperatorSpec{"assignTimestamps", OperatorKind::kAssignTimestamps,
                 "Gives every record its event time, and the stream a watermark", "time",
                 kAssignTimestampsOptions, true},
    windowed(
        "eventWindow", OperatorKind::kEventWindow,
        "Folds the values of each key in windows of event time: value.value, value.window_start, "
        "value.window_end",
        kEventWindowOptions, true),
    OperatorSpec{"sql", OperatorKind::kSql, "The rows that a query over the batch gives", "query",
                 kSqlOptions},
    OperatorSpec{"model",
                 OperatorKind::kModel,
                 "Applies a model learned elsewhere: value.input is the value, value.prediction "
                 "what the model says",
                 {},
                 kModelOptions},
};

constexpr std::array<std::string_view, 12> kLaterOperators{
    "transform", "transformWith", "mapPartitions", "glom",       "partitionBy", "sortByKey",
    "sample",    "lookup",        "lua",           "checkpoint", "persist",     "cache"};
constexpr std::array<std::string_view, 0> kLaterStreamKeys{};
constexpr std::array<std::string_view, 5> kLaterOutputKeys{"http", "postgres", "sql", "socket",
                                                           "foreachRDD"};

}  // namespace

std::span<const OperatorSpec> operatorTable() { return kOperators; }

const OperatorSpec* findOperator(std::string_view name) {
  const auto* found = std::find_if(kOperators.begin(), kOperators.end(),
                                   [&](const OperatorSpec& spec) { return spec.name == name; });
  return found == kOperators.end() ? nullptr : found;
}

std::span<const std::string_view> laterOperators() { return kLaterOperators; }
std::span<const std::string_view> laterStreamKeys() { return kLaterStreamKeys; }
std::span<const std::string_view> laterOutputKeys() { return kLaterOutputKeys; }

std::vector<std::string_view> operatorNames() {
  std::vector<std::string_view> names(kLaterOperators.begin(), kLaterOperators.end());
  for (const OperatorSpec& spec : kOperators) names.push_back(spec.name);
  return names;
}

std::optional<NamedReduction> namedReduction(std::string_view text) {
  constexpr std::array<std::string_view, 5> kNames{"sum", "count", "min", "max", "last"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<NamedReduction>(i);
  }
  return std::nullopt;
}

}  // namespace lockstep::config
