// What `lockstep test` feeds to its Kafka: an interval's records, whatever they take together.
#include "src/cli/test_session.hpp"

#include "src/cli/loaded.hpp"
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
