#include "src/config/table_reader.hpp"

#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "src/config/value_reader.hpp"
#include "src/config/yaml_bites.hpp"

namespace lockstep::config {
namespace {

constexpr std::array kTopicTableKeys{
    KeyRow{"topic", "text", "-", "The compacted topic whose latest records are the table", true},
    KeyRow{"key", "string, bytes, long, double or json", "string", "Format of the keys"},
    KeyRow{"value", "string, bytes, long, double or json", "string",
           "Format of the values; a null value deletes the key"},
};
constexpr std::array kFileTableKeys{
    KeyRow{"file", "text", "-",
           "A CSV file with a header line, or a JSON list of objects; relative to this file", true},
    KeyRow{"key", "name", "-", "The column, or field, that is looked up", true},
    KeyRow{"format", "csv or json", "as the file's name ends", "What the file holds"},
};
constexpr std::array kTableJoinKeys{
    KeyRow{"stream", "name", "-", "The stream whose values are `value.left`", true},
    KeyRow{"table", "name", "-", "The table whose values are `value.right`", true},
    KeyRow{"key", "expression", "the record's key", "The table's key, of key and value"},
    KeyRow{
        "on_missing", "null, drop or dead_letter", "null",
        "What becomes of a record whose key the table does not have: `value.right` is nil, it is "
        "left out, or it goes the way of `errors.eval`"},
};
constexpr std::array<std::string_view, 3> kMissingNames{"null", "drop", "dead_letter"};
constexpr std::array<std::string_view, 2> kTableFormatNames{"csv", "json"};

bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

FileTableInput readFileTable(const Node& map, std::string_view stream, Diagnostics& diagnostics) {
  FileTableInput input;
  ValueReader reader(diagnostics);
  readKeys(map, fmt::format("table of stream '{}'", stream), kFileTableKeys, diagnostics,
           [&](const KeyRow& row, const NodeEntry& entry) {
             std::size_t format = 0;
             if (row.name == "file") reader.read(entry.value, "file", input.file);
             if (row.name == "key") reader.read(entry.value, "key", input.key);
             if (row.name == "format" &&
                 reader.readChoice(entry.value, "format", kTableFormatNames, format))
               input.format = static_cast<TableFormat>(format);
           });
  if (input.file.empty()) return input;
  const std::filesystem::path beside(diagnostics.source(input.file.place.source).name());
  input.path = (beside.parent_path() / input.file.text).string();
  if (input.format) return input;
  if (endsWith(input.file.text, ".csv")) input.format = TableFormat::kCsv;
  if (endsWith(input.file.text, ".json")) input.format = TableFormat::kJson;
  if (!input.format)
    diagnostics.error("E009", input.file.place, "the file's name does not tell its format",
                      "add  format: csv  or  format: json");
  return input;
}

KafkaInput readTopicTable(const Node& map, std::string_view stream, Diagnostics& diagnostics) {
  KafkaInput input;
  input.table = true;
  ValueReader reader(diagnostics);
  readKeys(map, fmt::format("table of stream '{}'", stream), kTopicTableKeys, diagnostics,
           [&](const KeyRow& row, const NodeEntry& entry) {
             SourceText topic;
             if (row.name == "topic" && reader.read(entry.value, "topic", topic))
               input.topics.push_back(std::move(topic));
             if (row.name == "key") reader.read(entry.value, "key", input.key);
             if (row.name == "value") reader.read(entry.value, "value", input.value);
           });
  return input;
}

}  // namespace

void readTable(const Node& map, StreamConfig& stream, Diagnostics& diagnostics) {
  if (map.isMap() && map.find("file") != nullptr)
    stream.source = readFileTable(map, stream.name.text, diagnostics);
  else
    stream.source = readTopicTable(map, stream.name.text, diagnostics);
}

bool joinsTable(const Node& map) {
  return map.isMap() && (map.find("table") != nullptr || map.find("stream") != nullptr);
}

TableJoin readTableJoin(const Node& map, std::string_view stream, Diagnostics& diagnostics) {
  TableJoin join;
  ValueReader reader(diagnostics);
  readKeys(map, fmt::format("join of stream '{}'", stream), kTableJoinKeys, diagnostics,
           [&](const KeyRow& row, const NodeEntry& entry) {
             const Node& value = entry.value;
             std::size_t missing = 0;
             if (row.name == "stream") reader.read(value, "stream", join.stream);
             if (row.name == "table") reader.read(value, "table", join.table);
             if (row.name == "key") {
               SourceText key;
               if (readExpression(value, "key", key, diagnostics)) join.key = std::move(key);
             }
             // A bare null is YAML's.
             if (row.name == "on_missing" && !value.isNull() &&
                 reader.readChoice(value, "on_missing", kMissingNames, missing))
               join.on_missing = static_cast<MissingPolicy>(missing);
           });
  return join;
}

std::span<const KeyRow> topicTableKeys() { return kTopicTableKeys; }
std::span<const KeyRow> fileTableKeys() { return kFileTableKeys; }
std::span<const KeyRow> tableJoinKeys() { return kTableJoinKeys; }

}  // namespace lockstep::config
