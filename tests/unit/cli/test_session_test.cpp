// What `lockstep test` feeds to its Kafka: an interval's records, whatever they take together.
#include "src/cli/test_session.hpp"

#include "src/cli/loaded.hpp"
#include "src/cli/test_values.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::cli;

TEST_CASE("an interval of more than a topic takes at once is fed to a test",
          "[unit][cli][test_session]") {
  const auto loaded = loadText("copy.yaml",
                               "application: copy\n"
                               "kafka: { bootstrap: b:9092 }\n"
                               "streams: { in: { kafka: { topics: [in], value: string } } }\n"
                               "outputs: [ { from: in, kafka: { topic: out, value: string } } ]\n",
                               {});
  REQUIRE(loaded.diagnostics.all().empty());
  config::TestRecord record;
  record.text = std::string(1'000, 'x');
  config::TestConfig test;
  auto& batch = test.batches.emplace_back();
  batch.input.emplace_back().first.text = "in";
  batch.input.back().second.assign(2'000, record);
  test.streams.emplace_back().name.text = "out";

  const auto seen = observe(loaded.application, test);
  CHECK(seen.status.ok());
  REQUIRE(seen.streams.at("out").batches.size() == 1);
  CHECK(seen.streams.at("out").batches.front().size() == 2'000);
}

TEST_CASE("a state that began with keys of the file is seen without the mark of that",
          "[unit][cli][test_session]") {
  const auto loaded = loadText(
      "counts.yaml",
      "application: counts\n"
      "kafka: { bootstrap: b:9092 }\n"
      "state: { dir: s }\n"
      "streams:\n"
      "  in:\n"
      "    kafka: { topics: [in], value: string }\n"
      "    steps:\n"
      "      - map: { key: value, value: 1 }\n"
      "      - id: s\n"
      "        updateStateByKey: { initial_state: { a: 5 }, update: count, emit: changed }\n"
      "outputs: [ { from: in, kafka: { topic: out, key: string, value: long } } ]\n",
      {});
  INFO(loaded.diagnostics.print());
  REQUIRE(loaded.diagnostics.all().empty());
  config::TestRecord record;
  record.value = record.text = "a";
  config::TestConfig test;
  auto& batch = test.batches.emplace_back();
  batch.input.emplace_back().first.text = "in";
  batch.input.back().second.assign(2, record);
  test.state.emplace_back().id.text = "s";

  const auto seen = observe(loaded.application, test);
  CHECK(seen.status.ok());
  const auto& state = seen.states.at("s");
  CHECK(state.problem.empty());
  for (const auto& [key, value] : state.entries) UNSCOPED_INFO(textOf(key) + "=" + textOf(value));
  REQUIRE(state.entries.size() == 1);
  CHECK(textOf(state.entries[0].first) == "\"a\"");
  CHECK(textOf(state.entries[0].second) == "7");
}
