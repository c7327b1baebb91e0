#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/dstream.hpp>

#include "src/pipeline/rows/row_expression.hpp"
#include "src/pipeline/rows/value_reduction.hpp"

namespace lockstep {

/// The operators of a YAML pipeline on rows, each one call on the typed DStream below it. The
/// builder (pipeline_builder.hpp) compiles the expressions and calls these.
using RowStream = DStream<Row>;
/// (encoded key, encoded value): how rows cross a shuffle.
using EncodedPair = std::pair<std::string_view, std::string_view>;

/// `map`, `mapValues`, `keyBy`: a new key, a new value, or both; both expressions see the incoming
/// row.
[[nodiscard]] RowStream mapRows(const RowStream& rows, std::optional<RowExpression> key,
                                std::optional<RowExpression> value, const std::string& step);
/// `filter`: keeps the rows for which the expression is neither nil nor false.
[[nodiscard]] RowStream filterRows(const RowStream& rows, RowExpression where,
                                   const std::string& step);
/// `project`: keeps the named fields of values that are maps; those that a value lacks stay away.
/// nil stays nil; anything else is an eval error.
[[nodiscard]] RowStream projectRows(const RowStream& rows, std::vector<std::string> fields,
                                    const std::string& step);
/// `flatMap`: one row for each element of the list, the key kept. nil gives none; anything but a
/// list is an eval error.
[[nodiscard]] RowStream flatMapRows(const RowStream& rows, RowExpression values,
                                    const std::string& step);

/// `reduceByKey`: per batch and key.
[[nodiscard]] RowStream reduceRowsByKey(const RowStream& rows, const ValueReduction& reduction,
                                        const ShuffleOptions& options);
/// `reduceByKey: count`: how many rows each key has in the batch.
[[nodiscard]] RowStream countRowsByKey(const RowStream& rows, const ShuffleOptions& options);
/// `countByValue`: key = a value, value = how often the batch has it.
[[nodiscard]] RowStream countRowsByValue(const RowStream& rows, const ShuffleOptions& options);
/// `count`: one row per batch, the number of rows, without a key.
[[nodiscard]] RowStream countRows(const RowStream& rows, const std::string& step);
/// `reduce`: one row per batch, all values combined, without a key; nothing for an empty batch.
[[nodiscard]] RowStream reduceRows(const RowStream& rows, const ValueReduction& reduction,
                                   const std::string& step);

/// Rows as (encoded key, encoded value), and back. The step names the place in messages.
[[nodiscard]] DStream<EncodedPair> encodeRows(const RowStream& rows, const std::string& step);
[[nodiscard]] RowStream decodePairs(const DStream<EncodedPair>& pairs, const std::string& step);

}  // namespace lockstep
