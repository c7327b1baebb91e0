#pragma once

#include <memory>
#include <string>
#include <vector>

#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/to_record.hpp>
#include <lockstep/formats/format.hpp>

#include "src/pipeline/rows/row.hpp"

namespace lockstep {

/// Formats of the keys and values of a topic.
struct TopicFormats {
  Format key = Format::kString;
  Format value = Format::kString;
};

/// The records of topics as rows. A record that does not fit the formats is a decode error.
[[nodiscard]] DStream<Row> readRows(const DStream<RecordView>& records, TopicFormats formats,
                                    const std::string& step);

/// How a row becomes a record. Throws RecordError(kEval) when it does not fit the formats.
struct RowToRecord {
  TopicFormats formats;

  EncodedRecord operator()(const Row& row, TaskContext& context, EncodeScratch& scratch) const;
};

/// Writes rows to a topic. A row made one to one from a record keeps its timestamp and headers, an
/// aggregate carries the batch time; a nil value is a null value. A row that does not fit the
/// formats is an eval error.
void writeRows(const DStream<Row>& rows, const std::string& topic, TopicFormats formats,
               const std::string& step);

/// For print: "(key,value)" with text as it is and everything else as JSON; without a key the
/// value.
void appendText(std::string& out, const Row& row);

}  // namespace lockstep
