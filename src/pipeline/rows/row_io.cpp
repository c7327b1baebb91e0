#include "src/pipeline/rows/row_io.hpp"

#include <lockstep/dstream/kafka_output.hpp>

#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/rows/encoded.hpp"
#include "src/pipeline/rows/row_format.hpp"

namespace lockstep {
namespace {

void appendValue(std::string& out, const Value& value) {
  if (value.isString()) {
    out += value.asString();
  } else {
    appendJson(out, value);
  }
}

}  // namespace

OwnedRow::OwnedRow(const Row& row) {
  std::string scratch;
  bytes += encodeInto(scratch, row.key);
  bytes += encodeInto(scratch, row.value);
}

EncodedRecord RowToRecord::operator()(const Row& row, TaskContext& context,
                                      EncodeScratch& scratch) const {
  EncodedRecord record{encodeField(formats.key, row.key, "key", scratch.key),
                       encodeField(formats.value, row.value, "value", scratch.value),
                       context.time,
                       {}};
  if (row.record != nullptr) {
    record.timestamp = row.record->timestamp;
    record.headers = row.record->headers;
  }
  return record;
}

DStream<Row> readRows(const DStream<RecordView>& records, TopicFormats formats,
                      const std::string& step) {
  return records.map(
      [formats](const RecordView& record, TaskContext& context) {
        return Row{decodeField(formats.key, record.key, "key", context.arena),
                   decodeField(formats.value, record.value, "value", context.arena), &record};
      },
      step);
}

void writeRows(const DStream<Row>& rows, const std::string& topic, TopicFormats formats,
               const std::string& step) {
  kafkaOutput(rows, {topic, step}, RowToRecord{formats});
}

void appendText(std::string& out, const Row& row) {
  if (row.key.isNil()) return appendValue(out, row.value);
  out += '(';
  appendValue(out, row.key);
  out += ',';
  appendValue(out, row.value);
  out += ')';
}

}  // namespace lockstep
