#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/pipeline/rows/row_expression.hpp"
#include "src/pipeline/rows/row_io.hpp"

namespace lockstep {

/// What records of an output are made of, beside key and value.
struct RecordParts {
  std::optional<RowExpression> topic_name;  ///< a text: what follows the topic's prefix
  std::optional<RowExpression> partition;   ///< an integer
  /// Behind the headers that the row's record came with. Text is taken as it is, other values as
  /// their JSON; nil leaves the header out.
  std::vector<std::pair<std::string, RowExpression>> headers;

  [[nodiscard]] bool empty() const { return !topic_name && !partition && headers.empty(); }
};

/// As writeRows(), to a topic, or with `topic_name` to topics behind the prefix `topic`. A part
/// that is not of its kind is an eval error of the row.
void writeRows(const DStream<Row>& rows, const std::string& topic, TopicFormats formats,
               RecordParts parts, const std::string& step);

/// Where a file output writes.
struct RowFiles {
  std::string prefix;  ///< DIR/NAME
  std::string suffix;
  bool json = false;  ///< an object with key and value per line; else a line as print shows it
};
void writeRowFiles(const DStream<Row>& rows, const RowFiles& files, const std::string& step);

}  // namespace lockstep
