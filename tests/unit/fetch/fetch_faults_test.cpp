// What goes wrong on the way from the broker: connections cut anywhere, silence, errors of
// partitions, leaders that move, damage. Whatever passes by itself is never seen by the reader.
#include "tests/unit/fetch/batch_builder.hpp"
#include "tests/unit/fetch/input_reading.hpp"

using namespace lockstep;
using namespace lockstep::fetch;
using namespace lockstep::fetch::test;
using Values = std::vector<std::string>;

namespace {

void fill(FakeBroker::State& state) {
  state.partitions[0].batches = {encode(batchOf(0, {"a", "b"})), encode(batchOf(2, {"c"}))};
}
const Values kAll{"0:a", "1:b", "2:c"};

}  // namespace

TEST_CASE("a connection that is cut anywhere in an answer costs nothing but time",
          "[unit][fetch][faults]") {
  FakeBroker broker;
  broker.edit([](auto& state) {
    fill(state);
    for (std::size_t at = 1; at < 260; at += 13) state.faults.push_back({0, at, false});
  });
  Reading reading(quickSettings(broker.address()));
  CHECK(readRange(reading.reader(), 3) == kAll);
  CHECK(broker.state().connections > 10);
}

TEST_CASE("a broker that says nothing is asked again over a new connection",
          "[unit][fetch][faults]") {
  FakeBroker broker;
  broker.edit([](auto& state) {
    fill(state);
    state.faults.push_back({0, 0, true});
  });
  auto settings = quickSettings(broker.address());
  settings.request_timeout = std::chrono::milliseconds(100);
  Reading reading(settings);
  CHECK(readRange(reading.reader(), 3) == kAll);
}

TEST_CASE("errors that pass are waited for", "[unit][fetch][faults]") {
  // Server error, unknown for a moment, not leader, storage, fenced and unknown epoch.
  for (const auto error : std::initializer_list<std::int16_t>{-1, 3, 5, 6, 9, 56, 74, 75, 78}) {
    INFO("error " << error);
    FakeBroker broker;
    broker.edit([error](auto& state) {
      fill(state);
      state.faults.assign(3, {error, 0, false});
    });
    Reading reading(quickSettings(broker.address()));
    CHECK(readRange(reading.reader(), 3) == kAll);
  }
}

TEST_CASE("errors that do not pass stop the reader with their code", "[unit][fetch][faults]") {
  struct Row {
    std::int16_t error;
    std::string code;
  };
  for (const auto& row : {Row{29, "E242"}, Row{2, "E247"}, Row{99, "E246"}}) {
    INFO("error " << row.error);
    FakeBroker broker;
    broker.edit([&row](auto& state) {
      fill(state);
      state.faults.push_back({row.error, 0, false});
    });
    Reading reading(quickSettings(broker.address()));
    const auto status = errorOf(reading.reader(), 3);
    CHECK(status.info().code == row.code);
    CHECK(status.reaction() == Reaction::kFatal);
  }
}

TEST_CASE("a leader that moves is followed to its new broker", "[unit][fetch][faults]") {
  FakeBroker first;
  FakeBroker second;
  first.edit([](auto& state) { fill(state); });
  second.edit([&first](auto& state) {
    fill(state);
    state.partitions[0].batches.push_back(encode(batchOf(3, {"d"})));
    state.partitions[0].leader_port = first.port();  // as long as nobody asks it
  });
  Reading reading(quickSettings(first.address()));
  CHECK(readRange(reading.reader(), 3) == kAll);
  first.edit([&second](auto& state) {
    state.partitions[0].leader_port = second.port();
    state.faults.assign(2, {6, 0, false});
  });
  CHECK(readRange(reading.reader(), 4) == Values{"3:d"});
  CHECK(second.state().fetches > 0);
}

TEST_CASE("a topic that stays away is gone", "[unit][fetch][faults]") {
  FakeBroker broker;
  broker.edit([](auto& state) { fill(state); });
  auto settings = quickSettings(broker.address());
  settings.topic_gone_max = std::chrono::milliseconds(50);
  Reading reading(settings);
  CHECK(readRange(reading.reader(), 3) == kAll);
  broker.edit([](auto& state) {
    state.knows_topic = false;
    state.faults.assign(1'000, {3, 0, false});
  });
  const auto status = errorOf(reading.reader(), 4);
  CHECK(status.info().code == "E211");
  CHECK(status.reaction() == Reaction::kFatal);
}

TEST_CASE("good batches before a damaged one are delivered, then the error",
          "[unit][fetch][faults]") {
  FakeBroker broker;
  broker.edit([](auto& state) {
    fill(state);
    state.partitions[0].batches[1][30] ^= 4;
  });
  Reading reading(quickSettings(broker.address()));
  CHECK(readRange(reading.reader(), 2) == Values{"0:a", "1:b"});
  CHECK(errorOf(reading.reader(), 3).info().code == "E247");
}

TEST_CASE("an old message format names the reader that knows it", "[unit][fetch][faults]") {
  FakeBroker broker;
  broker.edit([](auto& state) {
    fill(state);
    state.partitions[0].batches[1][16] = 1;
  });
  Reading reading(quickSettings(broker.address()));
  CHECK(readRange(reading.reader(), 2) == Values{"0:a", "1:b"});
  const auto status = errorOf(reading.reader(), 3);
  CHECK(status.info().code == "E248");
  CHECK_THAT(status.info().help, Catch::Contains("librdkafka"));
}

TEST_CASE("nobody there is an error that may pass; a broker too old is not",
          "[unit][fetch][faults]") {
  FakeBroker broker;
  broker.edit([](auto& state) {
    fill(state);
    state.fetch_from = 12;
  });
  const PartitionOffset start{partitionOf(0), Offset{0}};
  auto settings = quickSettings(broker.address());
  settings.leaders_max = std::chrono::milliseconds(300);
  FetchInput old(settings, systemClock());
  CHECK(old.assign({&start, 1}).info().code == "E245");
  settings.bootstrap = "127.0.0.1:1";
  FetchInput nobody(settings, systemClock());
  const auto status = nobody.assign({&start, 1});
  CHECK(status.info().code == "E201");
  CHECK(status.reaction() == Reaction::kRetry);
}
