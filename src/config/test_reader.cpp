#include "src/config/test_reader.hpp"

#include <array>

#include <fmt/format.h>

#include "src/config/data_value.hpp"
#include "src/config/key_table.hpp"
#include "src/config/value_reader.hpp"

namespace lockstep::config {
namespace {

constexpr std::array kTestKeys{
    KeyRow{"name", "text", "-", "What the test shows, as a sentence", true},
    KeyRow{"batches", "list", "-", "One entry per interval", true},
    KeyRow{"expect", "map", "-", "What streams, outputs and state have to show", true},
};
constexpr std::array kRecordKeys{
    KeyRow{"key", "value", "null", "Key of the record"},
    KeyRow{"value", "value", "null", "Value of the record"},
    KeyRow{"timestamp", "number", "the batch time", "Milliseconds since the epoch"},
    KeyRow{"headers", "map", "-", "Names and texts"},
    KeyRow{"partition", "number", "-",
           "Of an expected record: where the output's `partition` puts it"},
};

constexpr std::array kDeadLetterKeys{
    KeyRow{"step", "text", "-", "The step that refused the record"},
    KeyRow{"cause", "text", "-", "decode, eval, produce, or a part of the cause's text"},
    KeyRow{"stream", "text", "-", "The stream that the record was read by"},
    KeyRow{"key", "value", "-", "Key of the record"},
    KeyRow{"value", "value", "-", "Value of the record"},
};

class TestReader {
 public:
  TestReader(TestConfig& test, Diagnostics& diagnostics)
      : test_(test), diagnostics_(diagnostics), reader_(diagnostics) {}

  void read(const Node& node) {
    readKeys(node, "a test", kTestKeys, diagnostics_,
             [this](const KeyRow& row, const NodeEntry& entry) {
               if (row.name == "name") reader_.read(entry.value, "name", test_.name);
               if (row.name == "batches") readBatches(entry.value);
               if (row.name == "expect") readExpect(entry.value);
             });
  }

 private:
  bool expect(bool matches, const Node& node, std::string_view what, std::string_view wanted) {
    if (matches) return true;
    diagnostics_.error("E008", node.place,
                       fmt::format("{} needs {}; found {}", what, wanted, node.kindName()));
    return false;
  }

  void readBatches(const Node& list) {
    if (!expect(list.isList(), list, "batches", "a list")) return;
    for (const Node& item : list.items) {
      TestBatch batch;
      batch.place = item.place;
      if (item.isNull() || expect(item.isMap(), item, "a batch", "a map of streams")) {
        for (const NodeEntry& entry : item.entries) readInput(entry, batch);
      }
      test_.batches.push_back(std::move(batch));
    }
  }

  void readInput(const NodeEntry& entry, TestBatch& batch) {
    if (entry.key.text == "advance" && entry.value.isScalar()) {
      reader_.read(entry.value, "advance", batch.advance);
      return;
    }
    if (!expect(entry.value.isList(), entry.value, entry.key.text, "a list of records")) return;
    std::vector<TestRecord> records;
    for (const Node& item : entry.value.items) records.push_back(readRecord(item));
    batch.input.emplace_back(entry.key, std::move(records));
  }

  TestRecord readRecord(const Node& node) {
    TestRecord record;
    record.place = node.place;
    if (!node.isMap()) {
      record.value = dataValue(node, diagnostics_);
      if (node.isScalar()) record.text = node.scalar.text;
      return record;
    }
    readKeys(node, "a record", kRecordKeys, diagnostics_,
             [&](const KeyRow& row, const NodeEntry& entry) {
               if (row.name == "key") record.key = dataValue(entry.value, diagnostics_);
               if (row.name == "value") record.value = dataValue(entry.value, diagnostics_);
               if (row.name == "timestamp") readTimestamp(entry.value, record);
               if (row.name == "partition") readPartition(entry.value, record);
               if (row.name == "headers") readHeaders(entry.value, record);
             });
    return record;
  }

  void readTimestamp(const Node& node, TestRecord& record) {
    std::uint64_t since_epoch_ms = 0;
    if (reader_.read(node, "timestamp", since_epoch_ms)) {
      record.timestamp = static_cast<std::int64_t>(since_epoch_ms);
    }
  }

  void readPartition(const Node& node, TestRecord& record) {
    std::uint64_t number = 0;
    if (reader_.read(node, "partition", number))
      record.partition = static_cast<std::int64_t>(number);
  }

  void readHeaders(const Node& map, TestRecord& record) {
    if (!expect(map.isMap(), map, "headers", "a map")) return;
    for (const NodeEntry& entry : map.entries) {
      std::string text;
      if (reader_.read(entry.value, entry.key.text, text)) {
        record.headers.emplace_back(entry.key.text, std::move(text));
      }
    }
  }

  void readExpect(const Node& map) {
    if (!expect(map.isMap(), map, "expect", "a map")) return;
    for (const NodeEntry& entry : map.entries) {
      if (entry.key.text == "state") {
        readState(entry.value);
      } else if (entry.key.text == "dead_letters") {
        readDeadLetters(entry.value);
      } else {
        readExpectedStream(entry);
      }
    }
  }

  void readExpectedStream(const NodeEntry& entry) {
    if (!expect(entry.value.isList(), entry.value, entry.key.text, "a list, one entry per batch"))
      return;
    ExpectedStream stream;
    stream.name = entry.key;
    for (const Node& item : entry.value.items) stream.batches.push_back(readExpectedBatch(item));
    test_.streams.push_back(std::move(stream));
  }

  ExpectedBatch readExpectedBatch(const Node& node) {
    ExpectedBatch batch;
    batch.place = node.place;
    batch.ordered = node.isList();
    if (node.isList()) {
      for (const Node& item : node.items) batch.records.push_back(readRecord(item));
    } else if (node.isNull() || expect(node.isMap(), node, "a batch", "a map or a list")) {
      for (const NodeEntry& entry : node.entries) {
        TestRecord record;
        record.place = entry.key.place;
        record.key = dataValue(entry.key, diagnostics_);
        record.value = dataValue(entry.value, diagnostics_);
        batch.records.push_back(std::move(record));
      }
    }
    return batch;
  }

  void readState(const Node& map) {
    if (!expect(map.isMap(), map, "state", "a map of ids")) return;
    for (const NodeEntry& entry : map.entries) {
      if (!expect(entry.value.isMap(), entry.value, entry.key.text, "a map of keys")) continue;
      ExpectedState state;
      state.id = entry.key;
      for (const NodeEntry& pair : entry.value.entries) {
        state.entries.emplace_back(dataValue(pair.key, diagnostics_),
                                   dataValue(pair.value, diagnostics_));
      }
      test_.state.push_back(std::move(state));
    }
  }

  void readDeadLetters(const Node& list) {
    if (!expect(list.isList(), list, "dead_letters", "a list")) return;
    test_.dead_letters.emplace();
    test_.dead_letters_place = list.place;
    for (const Node& item : list.items) {
      if (expect(item.isMap(), item, "a dead letter", "a map"))
        test_.dead_letters->push_back(readDeadLetter(item));
    }
  }

  ExpectedDeadLetter readDeadLetter(const Node& map) {
    ExpectedDeadLetter letter;
    letter.place = map.place;
    readKeys(map, "a dead letter", kDeadLetterKeys, diagnostics_,
             [&](const KeyRow& row, const NodeEntry& entry) {
               if (row.name == "step") reader_.read(entry.value, row.name, letter.step);
               if (row.name == "cause") reader_.read(entry.value, row.name, letter.cause);
               if (row.name == "stream") reader_.read(entry.value, row.name, letter.stream);
               if (row.name == "key") letter.key = dataValue(entry.value, diagnostics_);
               if (row.name == "value") letter.value = dataValue(entry.value, diagnostics_);
             });
    return letter;
  }

  TestConfig& test_;
  Diagnostics& diagnostics_;
  ValueReader reader_;
};

}  // namespace

std::span<const KeyRow> testKeys() { return kTestKeys; }
std::span<const KeyRow> testRecordKeys() { return kRecordKeys; }
std::span<const KeyRow> testDeadLetterKeys() { return kDeadLetterKeys; }

void readTests(const Node& tests, std::vector<TestConfig>& out, Diagnostics& diagnostics) {
  if (!tests.isList()) {
    diagnostics.error("E008", tests.place,
                      fmt::format("tests needs a list; found {}", tests.kindName()));
    return;
  }
  for (const Node& item : tests.items) {
    TestConfig test;
    TestReader(test, diagnostics).read(item);
    out.push_back(std::move(test));
  }
}

}  // namespace lockstep::config
