#include "src/pipeline/rows/row_output.hpp"

#include <cmath>

#include <fmt/format.h>

#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/dstream/save_as_files.hpp>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"

namespace lockstep {
namespace {

std::string_view topicNameOf(const Value& value) {
  if (!value.isString())
    throw EvalError(fmt::format("the topic's name is a {}, not a text", typeName(value.kind())));
  return value.asString();
}

std::int64_t partitionOf(const Value& value) {
  if (value.isInteger()) return value.asInteger();
  constexpr double kLimit = 2147483648.0;
  if (value.isFloat() && std::trunc(value.asFloat()) == value.asFloat() &&
      std::abs(value.asFloat()) < kLimit)
    return static_cast<std::int64_t>(value.asFloat());
  throw EvalError(fmt::format("the partition is a {}, not a whole number", typeName(value.kind())));
}

/// RowToRecord with the parts of `RecordParts`.
class RowToRouted {
 public:
  RowToRouted(TopicFormats formats, RecordParts parts) : base_{formats}, parts_(std::move(parts)) {}

  RoutedRecord operator()(const Row& row, TaskContext& context, EncodeScratch& scratch) const {
    RoutedRecord routed{base_(row, context, scratch), {}, {}};
    if (!parts_.headers.empty()) routed.record.headers = headersOf(row, context, scratch);
    if (parts_.topic_name) routed.topic = topicNameOf(parts_.topic_name->evaluate(row, context));
    if (parts_.partition) routed.partition = partitionOf(parts_.partition->evaluate(row, context));
    return routed;
  }

 private:
  std::span<const Header> headersOf(const Row& row, TaskContext& context,
                                    EncodeScratch& scratch) const {
    scratch.headers.clear();
    if (row.record != nullptr)
      scratch.headers.assign(row.record->headers.begin(), row.record->headers.end());
    for (const auto& [name, expression] : parts_.headers) {
      const Value value = expression.evaluate(row, context);
      if (value.isNil()) continue;
      if (value.isString()) {
        scratch.headers.push_back({name, value.asString()});
        continue;
      }
      scratch.topic.clear();  // room for text
      appendJson(scratch.topic, value);
      scratch.headers.push_back({name, context.arena.copy(scratch.topic)});
    }
    return scratch.headers;
  }

  RowToRecord base_;
  RecordParts parts_;
};

struct RowLine {
  void operator()(std::string& out, const Row& row, TaskContext&) const {
    appendText(out, row);
    out += '\n';
  }
};

struct RowObject {
  void operator()(std::string& out, const Row& row, TaskContext&) const {
    out += "{\"key\":";
    appendJson(out, row.key);
    out += ",\"value\":";
    appendJson(out, row.value);
    out += "}\n";
  }
};

}  // namespace

void writeRows(const DStream<Row>& rows, const std::string& topic, TopicFormats formats,
               RecordParts parts, const std::string& step) {
  if (parts.empty()) return writeRows(rows, topic, formats, step);
  KafkaOutputOptions options;
  options.step = step;
  (parts.topic_name ? options.topic_prefix : options.topic) = topic;
  kafkaOutput(rows, options, RowToRouted(formats, std::move(parts)));
}

void writeRowFiles(const DStream<Row>& rows, const RowFiles& files, const std::string& step) {
  if (files.json) return filesOutput(rows, files.prefix, files.suffix, step, RowObject{});
  filesOutput(rows, files.prefix, files.suffix, step, RowLine{});
}

}  // namespace lockstep
