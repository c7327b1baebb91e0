#include "src/config/output_reader.hpp"

#include <array>

#include <fmt/format.h>

#include "src/config/operator_table.hpp"
#include "src/config/value_reader.hpp"
#include "src/config/yaml_bites.hpp"

namespace lockstep::config {
namespace {

constexpr std::string_view kOutputFormats = "string, bytes, long, double or json";

constexpr std::array kOutputKeys{
    KeyRow{"from", "name", "-", "The stream that is written", true},
    KeyRow{"kafka", "map", "-", "Writes to a topic; see below"},
    KeyRow{"files", "map", "-", "Writes a file for each batch; see below"},
    KeyRow{"print", "map", "-", "Prints records of each committed batch; see below"},
};
constexpr std::array kKafkaOutputKeys{
    KeyRow{"topic", "text or map", "-",
           "Topic that is written; `{ prefix, name }` where each record chooses it", true},
    KeyRow{"key", kOutputFormats, "string", "Format of the keys"},
    KeyRow{"value", kOutputFormats, "string", "Format of the values"},
    KeyRow{"headers", "map", "-",
           "Names and expressions: headers of each record, behind those that it came with; nil "
           "leaves one out"},
    KeyRow{"partition", "expression", "murmur2 of the key",
           "Number of the record's partition, from 0"},
};
constexpr std::array kChosenTopicKeys{
    KeyRow{"prefix", "text", "-", "What the names of all these topics begin with", true},
    KeyRow{"name", "expression", "-", "What follows: a text. Only topics that exist take records",
           true},
};
constexpr std::array kFilesOutputKeys{
    KeyRow{"dir", "text", "-", "Folder that is written to; made when it is not there", true},
    KeyRow{"name", "text", "the stream's name", "Files are `DIR/NAME-TIME_IN_MS/part-BATCH`"},
    KeyRow{"suffix", "text", "-", "`txt` makes it `DIR/NAME-TIME_IN_MS.txt/part-BATCH`"},
    KeyRow{"format", "text or json", "text",
           "A line per record: as `print` shows it, or a JSON object with key and value"},
};
constexpr std::array kPrintOutputKeys{
    KeyRow{"limit", "number", "10", "Records per batch that are printed"},
};
constexpr std::array<std::string_view, 2> kFileFormats{"text", "json"};

/// Reads one entry of `outputs`.
class OutputReader {
 public:
  OutputReader(OutputConfig& output, Diagnostics& diagnostics)
      : output_(output), diagnostics_(diagnostics), reader_(diagnostics) {}

  void read(const Node& node) {
    output_.place = node.place;
    readKeys(
        node, "an output", kOutputKeys, diagnostics_,
        [this](const KeyRow& row, const NodeEntry& entry) { readKey(row, entry); },
        laterOutputKeys());
    bool later = false;
    for (const auto name : laterOutputKeys()) later = later || node.find(name) != nullptr;
    if (node.isMap() && !has_target_ && !later) {
      diagnostics_.error("E009", node.place, "the output has no target",
                         "give it 'kafka: { topic: ... }' or 'print: { limit: 10 }'");
    }
  }

 private:
  void readKey(const KeyRow& row, const NodeEntry& entry) {
    if (row.name == "from") {
      reader_.read(entry.value, "from", output_.from);
      return;
    }
    if (has_target_) {
      diagnostics_.error("E010", entry.key.place, "an output has one target",
                         "write a second entry under 'outputs'");
      return;
    }
    has_target_ = true;
    if (row.name == "kafka") {
      readKafka(entry.value);
    } else if (row.name == "files") {
      readFiles(entry.value);
    } else {
      readPrint(entry.value);
    }
  }

  void readKafka(const Node& map) {
    KafkaOutputConfig target;
    readKeys(map, "kafka of an output", kKafkaOutputKeys, diagnostics_,
             [&](const KeyRow& key, const NodeEntry& entry) {
               const Node& value = entry.value;
               if (key.name == "topic") readTopic(value, target);
               if (key.name == "key") reader_.read(value, "key", target.key);
               if (key.name == "value") reader_.read(value, "value", target.value);
               if (key.name == "headers") readHeaders(value, target);
               if (key.name == "partition") readExpressionOf(value, "partition", target.partition);
             });
    output_.target = std::move(target);
  }

  void readTopic(const Node& node, KafkaOutputConfig& target) {
    if (!node.isMap()) {
      reader_.read(node, "topic", target.topic);
      return;
    }
    readKeys(node, "topic of an output", kChosenTopicKeys, diagnostics_,
             [&](const KeyRow& key, const NodeEntry& entry) {
               if (key.name == "prefix") reader_.read(entry.value, "prefix", target.topic);
               if (key.name == "name") readExpressionOf(entry.value, "name", target.topic_name);
             });
  }

  void readHeaders(const Node& map, KafkaOutputConfig& target) {
    if (!map.isMap()) {
      diagnostics_.error("E008", map.place,
                         fmt::format("headers needs a map; found {}", map.kindName()),
                         "write  headers: { country: value.country }");
      return;
    }
    for (const NodeEntry& entry : map.entries) {
      if (!namesHeader(entry.key.text) && reportTornExpression(map, entry, diagnostics_)) return;
      SourceText value;
      if (readExpression(entry.value, entry.key.text, value, diagnostics_))
        target.headers.emplace_back(entry.key, std::move(value));
    }
  }

  /// Any text may name a header; one like this is no rest of an expression.
  static bool namesHeader(std::string_view text) {
    return text.find_first_of("()[]'\" ") == text.npos;
  }

  void readExpressionOf(const Node& value, std::string_view key, std::optional<SourceText>& out) {
    SourceText text;
    if (readExpression(value, key, text, diagnostics_)) out = std::move(text);
  }

  void readFiles(const Node& map) {
    FilesOutputConfig target;
    readKeys(
        map, "files of an output", kFilesOutputKeys, diagnostics_,
        [&](const KeyRow& key, const NodeEntry& entry) {
          const Node& value = entry.value;
          std::size_t format = 0;
          if (key.name == "dir") reader_.read(value, "dir", target.dir);
          if (key.name == "name") reader_.read(value, "name", target.name);
          if (key.name == "suffix") reader_.read(value, "suffix", target.suffix);
          if (key.name == "format" && reader_.readChoice(value, "format", kFileFormats, format))
            target.format = static_cast<FileFormat>(format);
        });
    output_.target = std::move(target);
  }

  void readPrint(const Node& map) {
    PrintOutputConfig target;
    if (!map.isNull()) {
      readKeys(map, "print", kPrintOutputKeys, diagnostics_,
               [&](const KeyRow&, const NodeEntry& entry) {
                 reader_.read(entry.value, "limit", target.limit);
               });
    }
    output_.target = target;
  }

  OutputConfig& output_;
  Diagnostics& diagnostics_;
  ValueReader reader_;
  bool has_target_ = false;
};

}  // namespace

void readOutputs(const Node& outputs, std::vector<OutputConfig>& out, Diagnostics& diagnostics) {
  if (!outputs.isList()) {
    diagnostics.error("E008", outputs.place,
                      fmt::format("outputs needs a list; found {}", outputs.kindName()),
                      "write  - { from: stream, kafka: { topic: name } }");
    return;
  }
  for (const Node& item : outputs.items) OutputReader(out.emplace_back(), diagnostics).read(item);
}

std::span<const KeyRow> outputKeys() { return kOutputKeys; }
std::span<const KeyRow> kafkaOutputKeys() { return kKafkaOutputKeys; }
std::span<const KeyRow> chosenTopicKeys() { return kChosenTopicKeys; }
std::span<const KeyRow> filesOutputKeys() { return kFilesOutputKeys; }
std::span<const KeyRow> printOutputKeys() { return kPrintOutputKeys; }

}  // namespace lockstep::config
