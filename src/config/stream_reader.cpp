#include "src/config/stream_reader.hpp"

#include <array>

#include <fmt/format.h>

#include "src/config/operator_table.hpp"
#include "src/config/source_reader.hpp"
#include "src/config/step_reader.hpp"
#include "src/config/table_reader.hpp"
#include "src/config/value_reader.hpp"

namespace lockstep::config {
namespace {

constexpr std::string_view kFormats = "string, bytes, long, double or json";

constexpr std::array kStreamKeys{
    KeyRow{"kafka", "map", "-", "Reads topics; see below"},
    KeyRow{"files", "map", "-", "Reads the new files of a folder; see below"},
    KeyRow{"socket", "map", "-", "Reads lines from a TCP server; see below"},
    KeyRow{"from", "name or list of names", "-", "Another stream, or several for their union"},
    KeyRow{"table", "map", "-", "What is looked up: a compacted topic or a file; see below"},
    KeyRow{"join", "map", "-",
           "Brings two streams together by key, or looks records up in a table; see below"},
    KeyRow{"cogroup", "map", "-", "Groups two streams by key; see below"},
    KeyRow{"steps", "list", "-", "Operators, in order"},
    KeyRow{"parallelism", "number", "the largest partition count among its inputs",
           "Shards of the stream's steps that group by key; of states pinned at the first start"},
};
constexpr std::array kKafkaInputKeys{
    KeyRow{"topics", "list of texts", "-", "Topics that are read"},
    KeyRow{"pattern", "text", "-",
           "Instead of topics: a regular expression that a topic's whole name has to match; topics "
           "that come later are read from their beginning"},
    KeyRow{"key", kFormats, "string", "Format of the keys"},
    KeyRow{"value", kFormats, "string", "Format of the values"},
    KeyRow{"start", "earliest, latest or stop", "earliest",
           "Where to begin without a committed position"},
    KeyRow{"idle_after", "duration", "-",
           "The idle_after of the stream's assignTimestamps, where that names none"},
    KeyRow{"partitioned", "murmur2", "-",
           "The producers place keys as the Java client does, so that a shuffle can be skipped; "
           "not in "
           "this version"},
};
constexpr std::array<std::string_view, 4> kJoinTypes{"inner", "left", "right", "full"};
constexpr std::array kJoinKeys{
    KeyRow{"left", "name", "-", "The stream whose values are `value.left`", true},
    KeyRow{"right", "name", "-", "The stream whose values are `value.right`; may be the same one",
           true},
    KeyRow{
        "type", "inner, left, right or full", "inner",
        "Whose records pass without a partner in the batch: none, the left's, the right's, both"},
};
constexpr std::array kCogroupKeys{
    KeyRow{"left", "name", "-", "The stream whose values are the list `value.left`", true},
    KeyRow{"right", "name", "-", "The stream whose values are the list `value.right`", true},
};
void readNames(const Node& value, std::string_view path, std::vector<SourceText>& out,
               ValueReader& reader) {
  const auto one = [&](const Node& item) {
    SourceText name;
    if (reader.read(item, path, name)) out.push_back(std::move(name));
  };
  if (!value.isList()) return one(value);
  for (const Node& item : value.items) one(item);
  if (value.items.empty()) {
    reader.diagnostics().error("E009", value.place, fmt::format("{} is an empty list", path));
  }
}

KafkaInput readKafkaInput(const Node& map, std::string_view stream, Diagnostics& diagnostics) {
  KafkaInput input;
  ValueReader reader(diagnostics);
  readKeys(
      map, fmt::format("kafka of stream '{}'", stream), kKafkaInputKeys, diagnostics,
      [&](const KeyRow& row, const NodeEntry& entry) {
        const Node& value = entry.value;
        if (row.name == "topics") readNames(value, "topics", input.topics, reader);
        if (row.name == "pattern") reader.read(value, "pattern", input.pattern.emplace());
        if (row.name == "key") reader.read(value, "key", input.key);
        if (row.name == "value") reader.read(value, "value", input.value);
        if (row.name == "start") reader.read(value, "start", input.start);
        if (row.name == "idle_after") reader.read(value, "idle_after", input.idle_after);
        if (row.name == "partitioned" && reader.read(value, "partitioned", input.partitioned)) {
          diagnostics.error("E013", entry.key.place,
                            "partitioned: leaving out a shuffle is not in this version",
                            "remove the key; the results are the same without it");
        }
      });
  const Node* topics = map.find("topics");
  if (map.isMap() && topics == nullptr && !input.pattern) {
    diagnostics.error("E009", map.place,
                      fmt::format("kafka of stream '{}' needs topics or a pattern", stream),
                      "write  topics: [orders]  or  pattern: 'orders-.*'");
  }
  if (topics != nullptr && input.pattern) {
    diagnostics.error("E010", input.pattern->place, "topics and pattern exclude each other",
                      "make two streams, and a third:  from: [a, b]");
  }
  return input;
}

PairedStreams readPaired(const Node& map, std::string_view key, std::string_view stream,
                         Diagnostics& diagnostics) {
  PairedStreams paired;
  const bool join = key == "join";
  if (!join) paired.pairing = Pairing::kCogroup;
  ValueReader reader(diagnostics);
  readKeys(map, fmt::format("{} of stream '{}'", key, stream), join ? joinKeys() : cogroupKeys(),
           diagnostics, [&](const KeyRow& row, const NodeEntry& entry) {
             std::size_t type = 0;
             if (row.name == "left") reader.read(entry.value, "left", paired.left);
             if (row.name == "right") reader.read(entry.value, "right", paired.right);
             if (row.name == "type" && reader.readChoice(entry.value, "type", kJoinTypes, type))
               paired.pairing = static_cast<Pairing>(type);
           });
  return paired;
}

class StreamReader {
 public:
  StreamReader(StreamConfig& stream, Diagnostics& diagnostics)
      : stream_(stream), diagnostics_(diagnostics), reader_(diagnostics) {}

  void read(const Node& node) {
    readKeys(
        node, fmt::format("stream '{}'", stream_.name.text), kStreamKeys, diagnostics_,
        [this](const KeyRow& row, const NodeEntry& entry) { readKey(row, entry); },
        laterStreamKeys());
    if (!node.isMap() || has_source_) return;
    for (const auto later : laterStreamKeys()) {
      if (node.find(later) != nullptr) return;  // already answered
    }
    diagnostics_.error("E009", stream_.name.place,
                       fmt::format("stream '{}' reads nothing", stream_.name.text),
                       "give it 'kafka: { topics: [...] }' or 'from: another-stream'");
  }

 private:
  void readKey(const KeyRow& row, const NodeEntry& entry) {
    if (row.name == "steps") return readSteps(entry.value);
    if (row.name == "parallelism") return readParallelism(entry.value);
    if (has_source_) {
      diagnostics_.error("E010", entry.key.place,
                         fmt::format("stream '{}' has two sources", stream_.name.text),
                         "a stream has one of 'kafka', 'files', 'socket', 'from', 'table', 'join' "
                         "and 'cogroup'; "
                         "'from: [a, b]' is a union");
      return;
    }
    has_source_ = true;
    if (row.name == "kafka") {
      stream_.source = readKafkaInput(entry.value, stream_.name.text, diagnostics_);
    } else if (row.name == "table") {
      readTable(entry.value, stream_, diagnostics_);
    } else if (row.name == "join" && joinsTable(entry.value)) {
      stream_.source = readTableJoin(entry.value, stream_.name.text, diagnostics_);
    } else if (row.name == "files") {
      stream_.source = readFilesInput(entry.value, stream_.name.text, diagnostics_);
    } else if (row.name == "socket") {
      stream_.source = readSocketInput(entry.value, stream_.name.text, diagnostics_);
    } else if (row.name == "join" || row.name == "cogroup") {
      stream_.source = readPaired(entry.value, row.name, stream_.name.text, diagnostics_);
    } else {
      FromStreams from;
      readNames(entry.value, "from", from.names, reader_);
      stream_.source = std::move(from);
    }
  }

  void readSteps(const Node& list) {
    if (!list.isList()) {
      diagnostics_.error("E008", list.place,
                         fmt::format("steps needs a list; found {}", list.kindName()),
                         "begin each step with '- '");
      return;
    }
    for (const Node& item : list.items) {
      if (auto step = readStep(item, diagnostics_)) stream_.steps.push_back(std::move(*step));
    }
  }

  void readParallelism(const Node& value) {
    std::uint64_t count = 0;
    if (reader_.readShards(value, "parallelism", count)) stream_.parallelism = count;
  }

  StreamConfig& stream_;
  Diagnostics& diagnostics_;
  ValueReader reader_;
  bool has_source_ = false;
};

}  // namespace

void readStreams(const Node& streams, std::vector<StreamConfig>& out, Diagnostics& diagnostics) {
  if (!streams.isMap()) {
    diagnostics.error("E008", streams.place,
                      fmt::format("streams needs a map of names; found {}", streams.kindName()),
                      "write  streams: { lines: { kafka: { topics: [lines] } } }");
    return;
  }
  for (const NodeEntry& entry : streams.entries) {
    StreamConfig stream;
    stream.name = entry.key;
    StreamReader(stream, diagnostics).read(entry.value);
    out.push_back(std::move(stream));
  }
}

std::span<const KeyRow> streamKeys() { return kStreamKeys; }
std::span<const KeyRow> kafkaInputKeys() { return kKafkaInputKeys; }
std::span<const KeyRow> joinKeys() { return kJoinKeys; }
std::span<const KeyRow> cogroupKeys() { return kCogroupKeys; }

}  // namespace lockstep::config
