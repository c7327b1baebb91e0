#include "src/config/operator_table.hpp"

#include <algorithm>
#include <array>

namespace lockstep::config {
namespace {

constexpr std::array<std::string_view, 4> kReductions{"sum", "min", "max", "count"};
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
constexpr std::array kUpdateStateOptions{
    OptionSpec{"initial", OptionType::kExpression, "the state of a key that has none"},
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
};

constexpr std::array<std::string_view, 32> kLaterOperators{"window",
                                                           "countByWindow",
                                                           "reduceByWindow",
                                                           "reduceByKeyAndWindow",
                                                           "countByValueAndWindow",
                                                           "groupByKey",
                                                           "groupByKeyAndWindow",
                                                           "combineByKey",
                                                           "aggregateByKey",
                                                           "foldByKey",
                                                           "join",
                                                           "leftOuterJoin",
                                                           "rightOuterJoin",
                                                           "fullOuterJoin",
                                                           "cogroup",
                                                           "transform",
                                                           "transformWith",
                                                           "mapWithState",
                                                           "mapPartitions",
                                                           "flatMapValues",
                                                           "glom",
                                                           "repartition",
                                                           "partitionBy",
                                                           "sortByKey",
                                                           "distinct",
                                                           "sample",
                                                           "lookup",
                                                           "sql",
                                                           "lua",
                                                           "checkpoint",
                                                           "persist",
                                                           "cache"};
constexpr std::array<std::string_view, 6> kLaterStreamKeys{"files",   "socket", "join",
                                                           "cogroup", "table",  "watermark"};
constexpr std::array<std::string_view, 6> kLaterOutputKeys{"files", "http",   "postgres",
                                                           "sql",   "socket", "foreachRDD"};

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
