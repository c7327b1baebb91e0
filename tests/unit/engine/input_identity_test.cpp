// A batch commits only what it has read of the topics that the ledger lists.
#include "tests/support/catch.hpp"
#include "tests/unit/engine/engine_driver.hpp"

namespace lockstep::test {
namespace {

using std::chrono::seconds;

/// An application that runs and has committed its first batch of ten records.
EngineDriver running() {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start().tick();
  REQUIRE(driver.committedAt("in", 0) == Offset{10});
  (void)driver.text();
  return driver;
}

event::InputsIdentified unanswered() { return {Status::retry("nobody answers"), {}}; }

}  // namespace

TEST_CASE("a batch that may have read a topic made anew is not committed",
          "[unit][engine][identity]") {
  auto driver = running();
  driver.hold("identify");
  driver.cluster.end("in") = Offset{20};
  driver.tick();
  CHECK(driver.has<command::IdentifyInputs>());
  driver.cluster.topics["in"].id = "other";  // between its reading and its commit
  driver.release("identify");
  driver.settle();
  CHECK(driver.stopCode() == "E205");
  CHECK(driver.committedAt("in", 0) == Offset{10});
}

TEST_CASE("inputs are identified after a batch has read and before it commits",
          "[unit][engine][identity]") {
  auto driver = running();
  driver.cluster.end("in") = Offset{20};
  driver.tick();
  const auto log = driver.text();
  const auto run = log.find("run");
  const auto identify = log.find("identify");
  REQUIRE(run != std::string::npos);
  REQUIRE(identify != std::string::npos);
  CHECK(run < identify);
  CHECK(identify < log.find("batch", identify));
  CHECK(driver.committedAt("in", 0) == Offset{20});
}

TEST_CASE("a batch that reads again is identified again", "[unit][engine][identity]") {
  auto driver = running();
  driver.hold("identify");
  driver.hold("batch");
  driver.cluster.end("in") = Offset{20};
  driver.tick();
  driver.release("identify");
  driver.settle();
  driver.hold("identify");
  driver.endTransaction(false, abortedStatus());
  driver.settle();
  CHECK(driver.has<command::IdentifyInputs>());
  driver.cluster.topics["in"].id = "other";
  driver.release("identify");
  driver.release("batch");
  driver.settle();
  CHECK(driver.stopCode() == "E205");
  CHECK(driver.committedAt("in", 0) == Offset{10});
}

TEST_CASE("a batch whose records do not come asks whether its inputs are still the same",
          "[unit][engine][identity]") {
  const bool anew = GENERATE(false, true);
  auto driver = running();
  const auto real = driver.compute;
  driver.compute = [](const command::RunBatch& run) {
    event::BatchComputed computed;
    computed.batch = run.plan.id;
    computed.status = Status::retry("in/0: no record in time");
    return computed;
  };
  driver.hold("identify");
  driver.cluster.end("in") = Offset{20};
  driver.tick();
  CHECK(driver.has<command::IdentifyInputs>());
  if (anew) driver.cluster.topics["in"].id = "other";
  driver.compute = real;
  driver.release("identify");
  driver.advance(seconds(5));
  driver.settle();
  CHECK(driver.stopCode() == (anew ? "E205" : ""));
  CHECK(driver.committedAt("in", 0) == (anew ? Offset{10} : Offset{20}));
}

TEST_CASE("without an answer about its inputs a batch waits, and asks again",
          "[unit][engine][identity]") {
  auto driver = running();
  driver.hold("identify");
  driver.cluster.end("in") = Offset{20};
  driver.tick();
  for (int i = 0; i < 5; ++i) {
    driver.take<command::IdentifyInputs>();
    driver.feed(unanswered());
    CHECK(driver.committedAt("in", 0) == Offset{10});
    driver.advance(seconds(5));
  }
  driver.release("identify");
  driver.settle();
  CHECK(driver.committedAt("in", 0) == Offset{20});
}

TEST_CASE("an input that is missing for a moment delays, one that stays away stops",
          "[unit][engine][identity]") {
  auto driver = running();
  driver.cluster.end("in") = Offset{20};
  driver.hold("identify");
  driver.tick();
  const auto missing = [&] {
    driver.take<command::IdentifyInputs>();
    driver.feed(event::InputsIdentified{{}, {{"in", std::nullopt}}});
    driver.advance(seconds(5));
  };
  for (int i = 0; i < 5; ++i) missing();
  CHECK(driver.stopCode().empty());
  SECTION("back again") {
    driver.release("identify");
    driver.settle();
    CHECK(driver.committedAt("in", 0) == Offset{20});
  }
  SECTION("gone") {
    missing();
    CHECK(driver.stopCode() == "E211");
    CHECK(driver.committedAt("in", 0) == Offset{10});
  }
}

TEST_CASE("ranges that do not fit an input made anew are explained by that",
          "[unit][engine][identity]") {
  auto driver = running();
  driver.compute = [](const command::RunBatch& run) {
    event::BatchComputed computed;
    computed.batch = run.plan.id;
    computed.status = Status::fatal(ExitCode::kData, "E204", "offset 14 is above the log's end");
    return computed;
  };
  driver.cluster.end("in") = Offset{20};
  const auto known = driver.cluster.topics["in"].id;
  SECTION("made anew") {
    driver.cluster.topics["in"].id = "other";
    driver.tick();
    CHECK(driver.stopCode() == "E205");
  }
  SECTION("the same, or nobody knows") {
    driver.hold("identify");
    driver.tick();
    driver.take<command::IdentifyInputs>();
    const bool answered = GENERATE(false, true);
    driver.feed(answered ? event::InputsIdentified{{}, {{"in", known}}} : unanswered());
    CHECK(driver.stopCode() == "E204");
  }
}

TEST_CASE("nobody asks for ids that are not known, or for a batch that reads nothing",
          "[unit][engine][identity]") {
  auto options = EngineDriver::statefulOptions();
  SECTION("unknown ids") {
    EngineDriver driver(options);
    driver.cluster.topics["in"].id = "";
    driver.cluster.end("in") = Offset{10};
    driver.start().tick();
    CHECK(driver.text().find("identify") == std::string::npos);
    CHECK(driver.committedAt("in", 0) == Offset{10});
  }
  SECTION("nothing to read") {
    EngineDriver driver(options);
    driver.start().tick();
    CHECK(driver.text().find("identify") == std::string::npos);
  }
}

}  // namespace lockstep::test
