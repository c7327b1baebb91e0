// What listeners and the log are told of receivers: counts, what waits, errors, who is down.
#include <lockstep/base/clock.hpp>

#include "src/runtime/receiver_text.hpp"
#include "src/runtime/source_report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/unit/receivers/mouth.hpp"

using namespace lockstep;
using namespace lockstep::test;

TEST_CASE("a batch says what it has read of which input, and how each receiver fares",
          "[unit][receivers][receiver_info]") {
  const auto safety = GENERATE(Safety::kLog, Safety::kIgnore);
  LocalKafka kafka;
  kafka.createTopic("out");
  Life life(kafka, {.safety = safety, .name = "test"});
  const std::vector<std::string> block{"a", "bc", "def"};
  REQUIRE(life.mouth->store(std::span<const std::string>(block)));
  const auto processed = [&] {
    const auto batches = life.listener->batches();
    return batches.empty() ? 0 : batches.back().receivers.at(0).processed;
  };
  await("the records", [&] { return processed() == 3; });
  std::atomic<bool> stored{false};
  REQUIRE(life.mouth->store("g", [&] { stored = true; }));
  await("one more", [&] { return processed() == 4 && stored; });
  life.context.stop();

  std::uint64_t read = 0;
  for (const auto& batch : life.listener->batches()) {
    std::uint64_t of_batch = 0;
    for (const auto& input : batch.inputs) {
      CHECK(input.stream == "mouth");
      CHECK(input.records > 0);
      of_batch += input.records;
    }
    CHECK(of_batch == batch.records_in);
    read += of_batch;
  }
  CHECK(read == 4);
  CHECK(life.listener->batches().back().receivers.at(0).stream == "mouth");
  const auto info = life.listener->last();
  CHECK(info.stream == "mouth");
  CHECK(info.name == "test");
  CHECK(info.records == 4);
  CHECK(info.bytes == 7);
  CHECK(info.blocks >= 2);
  CHECK(info.records_waiting == 0);
  CHECK(info.blocks_waiting == 0);
  CHECK(info.errors == 0);
  CHECK_FALSE(info.last_error_time);
}

TEST_CASE("what was taken in and is not safe yet waits", "[unit][receivers][receiver_info]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  Life life(kafka, {.block_interval = std::chrono::minutes(10)});
  for (const char* text : {"a", "b"}) REQUIRE(life.mouth->store(text));
  life.mouth->reportError("odd");
  const auto info = life.listener->last();
  CHECK(info.active);
  CHECK(info.records_waiting == 2);
  CHECK(info.blocks_waiting == 1);
  CHECK(info.records == 0);
  CHECK(info.last_error == "odd");
  REQUIRE(info.last_error_time);
  CHECK(*info.last_error_time >= *info.since);
  life.context.stop();
}

TEST_CASE("a receiver that stops is down, one that is stopped has ended",
          "[unit][receivers][receiver_info]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  const bool by_itself = GENERATE(true, false);
  Life life(kafka, {});
  if (by_itself) {
    life.mouth->stop("no more");
    await("the stop", [&] { return life.mouth->stops == 1; });
  }
  life.context.stop();
  const auto info = life.listener->last();
  CHECK_FALSE(info.active);
  CHECK(info.down() == by_itself);
}

TEST_CASE("a block waits from its beginning to its end", "[unit][receivers][receiver_info]") {
  ManualClock clock;
  std::uint64_t gathered = 0;
  SourceReport report({"r", "test", {}, [&] { return gathered; }}, clock);
  report.storing(5);
  CHECK(report.info().records_waiting == 5);
  gathered = 2;
  CHECK(report.info().records_waiting == 7);
  CHECK(report.info().blocks_waiting == 2);
  report.stored(5, 50);
  CHECK(report.info().records_waiting == 2);
  CHECK(report.info().blocks_waiting == 1);
  CHECK(report.info().bytes == 50);
}

TEST_CASE("a receiver's state is said with the time, the tries and the last error",
          "[unit][receivers][receiver_info]") {
  ReceiverInfo info;
  CHECK(stateText(info) == "not started yet");
  info.active = true;
  CHECK(stateText(info) == "active");
  info.active = false;
  info.since = WallTime(std::chrono::milliseconds(1'767'322'985'678));
  CHECK(stateText(info) == "down since 2026-01-02 03:03:05 UTC");
  info.restarts = 1;
  info.last_error = "refused\nby x";
  CHECK(stateText(info) ==
        "down since 2026-01-02 03:03:05 UTC after 1 restart, the last error: refused by x");
  info.last_error = std::string(199, 'x') + "\xc3\xa4";
  CHECK(shortErrorText(info) == std::string(199, 'x') + "...");
  info.ended = true;
  CHECK(stateText(info) == "at its end");
}
