// PartitionLog: sequences, transactions and markers, what readers see, what cleaning leaves.
#include "connectors/memory/partition_log.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/memory/blocks.hpp"

using namespace lockstep;
using namespace lockstep::memory;
using namespace std::chrono_literals;

namespace {
constexpr ProducerSession kWriter{1, 0};
constexpr ProducerSession kOtherWriter{2, 0};

struct Log : PartitionLog {
  Appended add(ProducerSession producer, std::int32_t sequence,
               const std::vector<std::string>& texts) {
    return append({producer, sequence, true, values(texts)}, {}, kNow);
  }
  void plain(SharedBlock block) {
    REQUIRE(append({{}, -1, false, std::move(block)}, {}, kNow).error == BrokerError::kNone);
  }
  /// "OFFSET:VALUE " for each visible record, then "next=N", and "!" when that is the end.
  std::string seen(std::int64_t from, bool committed, std::size_t bytes_max = 1'000'000) const {
    const LogSlice slice = read(from, bytes_max, committed);
    std::string text;
    for (const LogSlice::Piece& piece : slice.pieces)
      for (const RecordBlock::Record& record : piece.block->records())
        text += std::to_string(piece.base + record.offset_delta) + ":" +
                std::string(record.value.value_or("null")) + " ";
    return text + "next=" + std::to_string(slice.next) + (slice.at_end ? "!" : "");
  }
};
}  // namespace

TEST_CASE("a repeated batch among the last five is not appended again", "[unit][memory][log]") {
  Log log;
  for (int i = 0; i < 6; ++i) REQUIRE(log.add(kWriter, 2 * i, {"a", "b"}).base == 2 * i);
  const auto again = log.add(kWriter, 2, {"a", "b"});
  CHECK(again.error == BrokerError::kNone);
  CHECK(again.duplicate);
  CHECK(again.base == 2);
  CHECK(log.end() == 12);
  CHECK(log.add(kWriter, 0, {"a", "b"}).error == BrokerError::kOutOfOrderSequence);
}

TEST_CASE("a gap in the sequence is refused", "[unit][memory][log]") {
  Log log;
  REQUIRE(log.add(kWriter, 0, {"a"}).error == BrokerError::kNone);
  CHECK(log.add(kWriter, 2, {"c"}).error == BrokerError::kOutOfOrderSequence);
  CHECK(log.add(kWriter, 1, {"b"}).error == BrokerError::kNone);
  CHECK(log.end() == 2);
}

TEST_CASE("a new epoch begins at sequence 0, and the old one is refused", "[unit][memory][log]") {
  Log log;
  REQUIRE(log.add(kWriter, 0, {"a"}).error == BrokerError::kNone);
  CHECK(log.add({1, 1}, 1, {"b"}).error == BrokerError::kOutOfOrderSequence);
  CHECK(log.add({1, 1}, 0, {"b"}).error == BrokerError::kNone);
  CHECK(log.add(kWriter, 1, {"c"}).error == BrokerError::kInvalidProducerEpoch);
}

TEST_CASE("sequence numbers wrap to zero", "[unit][memory][log]") {
  Log log;
  REQUIRE(log.add(kWriter, 2147483646, {"a", "b"}).error == BrokerError::kNone);
  CHECK(log.add(kWriter, 0, {"c"}).error == BrokerError::kNone);
}

TEST_CASE("the last stable offset waits for the oldest open transaction", "[unit][memory][log]") {
  Log log;
  log.plain(values({"p"}));
  log.add(kWriter, 0, {"a"});
  log.add(kOtherWriter, 0, {"b"});
  CHECK(log.lastStable() == 1);
  CHECK(log.seen(0, true) == "0:p next=1!");
  CHECK(log.seen(0, false) == "0:p 1:a 2:b next=3!");
  log.appendMarker(kOtherWriter, true);
  CHECK(log.lastStable() == 1);
  log.appendMarker(kWriter, false);
  CHECK(log.lastStable() == 5);
  CHECK(log.seen(0, true) == "0:p 2:b next=5!");
  CHECK(log.seen(0, false) == "0:p 1:a 2:b next=5!");
}

TEST_CASE("an abort hides only the transaction that it ends", "[unit][memory][log]") {
  Log log;
  log.add(kWriter, 0, {"a"});
  log.appendMarker(kWriter, true);
  log.add(kWriter, 1, {"b"});
  log.appendMarker({1, 1}, false);  // the broker aborts with a higher epoch
  CHECK(log.seen(0, true) == "0:a next=4!");
  CHECK(log.add(kWriter, 2, {"c"}).error == BrokerError::kInvalidProducerEpoch);
}

TEST_CASE("a marker of an older epoch is ignored", "[unit][memory][log]") {
  Log log;
  log.add({1, 3}, 0, {"a"});
  log.appendMarker({1, 2}, true);
  CHECK(log.end() == 1);
  CHECK(log.hasOpen(1));
}

TEST_CASE("a read ends behind the batch that reaches the byte limit", "[unit][memory][log]") {
  Log log;
  for (const char* text : {"a", "b", "c"}) log.plain(values({text}));
  CHECK(log.seen(0, true, 1) == "0:a next=1");
  CHECK(log.seen(1, true, 1) == "1:b next=2");
}

TEST_CASE("limits of the topic are checked", "[unit][memory][log]") {
  PartitionLog log;
  LogLimits limits;
  limits.timestamp_before_max = 1h;
  limits.timestamp_after_max = 1min;
  limits.max_message_bytes = 500;
  const auto append = [&](SharedBlock block) {
    return log.append({{}, -1, false, std::move(block)}, limits, kNow).error;
  };
  CHECK(append(values({"a"}, kNow - 1h)) == BrokerError::kNone);
  CHECK(append(values({"a"}, kNow - 1h - 1ms)) == BrokerError::kInvalidTimestamp);
  CHECK(append(values({"a"}, kNow + 1min)) == BrokerError::kNone);
  CHECK(append(values({"a"}, kNow + 1min + 1ms)) == BrokerError::kInvalidTimestamp);
  CHECK(append(values({std::string(600, 'x')})) == BrokerError::kMessageTooLarge);
  CHECK(log.end() == 2);
}

TEST_CASE("deleting records moves the log start into a batch", "[unit][memory][log]") {
  Log log;
  log.plain(values({"a", "b", "c"}));
  log.plain(values({"d"}));
  log.deleteBefore(2);
  CHECK(log.start() == 2);
  CHECK(log.entries().size() == 2);
  log.deleteBefore(1);
  CHECK(log.start() == 2);
  log.deleteBefore(100);
  CHECK(log.start() == 4);
  CHECK(log.entries().empty());
}

TEST_CASE("retention deletes whole old entries, never past the last stable offset",
          "[unit][memory][log]") {
  Log log;
  log.plain(values({"a"}, kNow - 2h));
  log.add(kWriter, 0, {"b"});
  log.plain(values({"c"}, kNow - 2h));
  log.deleteOlderThan(kNow + 1h);
  CHECK(log.start() == 1);
  log.appendMarker(kWriter, true);
  log.deleteOlderThan(kNow - 1h);
  CHECK(log.start() == 1);  // b is young
}

TEST_CASE("compaction keeps the last committed value of a key, and every offset",
          "[unit][memory][log]") {
  Log log;
  log.plain(keyed("k", "1"));
  log.plain(keyed("x", "2"));
  log.plain(keyed("k", "3"));
  REQUIRE(log.append({kWriter, 0, true, keyed("k", "aborted")}, {}, kNow).base == 3);
  log.appendMarker(kWriter, false);
  log.plain(keyed("x", "-"));
  log.plain(keyed("last", "6"));
  log.compact(false);
  CHECK(log.seen(0, true) == "2:3 5:null 6:6 next=7!");
  log.compact(true);
  CHECK(log.seen(0, true) == "2:3 6:6 next=7!");
  CHECK(log.end() == 7);
}

TEST_CASE("compaction drops aborted data, also of keys without another value",
          "[unit][memory][log]") {
  Log log;
  REQUIRE(log.append({kWriter, 0, true, keyed("k", "aborted")}, {}, kNow).base == 0);
  log.appendMarker(kWriter, false);
  log.plain(keyed("last", "2"));
  log.compact(false);
  CHECK(log.seen(0, false) == "2:2 next=3!");
}

TEST_CASE("compaction leaves an open transaction and what follows alone", "[unit][memory][log]") {
  Log log;
  log.plain(keyed("k", "1"));
  REQUIRE(log.append({kWriter, 0, true, keyed("k", "2")}, {}, kNow).base == 1);
  log.plain(keyed("k", "3"));
  log.compact(false);
  CHECK(log.seen(0, false) == "0:1 1:2 2:3 next=3!");
}
