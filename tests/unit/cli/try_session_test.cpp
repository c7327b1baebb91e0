// What `lockstep try` feeds to its Kafka: whatever comes on stdin within an interval.
#include "src/cli/try_session.hpp"

#include "src/cli/loaded.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::cli;

namespace {

constexpr const char* kCopy =
    "application: copy\n"
    "kafka: { bootstrap: b:9092 }\n"
    "streams: { in: { kafka: { topics: [in], value: string } } }\n"
    "outputs: [ { from: in, kafka: { topic: out, value: string } } ]\n";

/// What the input holds once the lines are fed.
std::vector<memory::OwnedRecord> fed(const std::vector<std::string>& lines) {
  const auto loaded = loadText("copy.yaml", kCopy, {});
  REQUIRE(loaded.diagnostics.all().empty());
  TrySession session(loaded.application, systemClock());
  session.feed("in", lines, false);
  CHECK_FALSE(session.caughtUp("in"));
  return session.kafka().admin().read({"in", Partition{0}}, memory::Admin::Isolation::kCommitted);
}

}  // namespace

TEST_CASE("lines of more than a topic takes at once are all fed", "[unit][cli][try_session]") {
  const auto records = fed(std::vector<std::string>(3'000, std::string(1'024, 'x')));
  REQUIRE(records.size() == 3'000);
  CHECK(records.back().value->size() == 1'024);
}

TEST_CASE("many lines that are short, or empty, are all fed", "[unit][cli][try_session]") {
  CHECK(fed(std::vector<std::string>(100'000)).size() == 100'000);
}

TEST_CASE("a line longer than a topic takes is fed", "[unit][cli][try_session]") {
  const std::string line(2'000'000, 'x');
  const auto records = fed({line, "short"});
  REQUIRE(records.size() == 2);
  CHECK((records.front().value == line));
}
