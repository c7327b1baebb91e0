// Receivers: what is stored arrives once; acknowledgements, restarts, repeats, limits.
#include "tests/support/catch.hpp"
#include "tests/support/error_code.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/receivers/mouth.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("what a receiver stores arrives, and is acknowledged once it is safe",
          "[unit][receivers][receiver]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  Life life(kafka, {});
  std::atomic<int> stored{0};
  CHECK(life.mouth->store("a", [&] { ++stored; }));
  CHECK(life.mouth->store("b"));
  await("the acknowledgement", [&] { return stored == 1; });
  const Texts block{"c", "d"};
  CHECK(life.mouth->store(std::span<const std::string>(block)));
  await("all four", [&] { return kafka.read("out").size() == 4; });
  life.context.stop();
  CHECK(valuesIn(kafka, "out") == Texts{"a", "b", "c", "d"});
  CHECK(life.mouth->stops == 1);
  CHECK(life.listener->events() == Texts{"started mouth", "stopped"});
  CHECK(life.listener->last().records == 4);
  CHECK_FALSE(life.mouth->store("late"));
}

TEST_CASE("what was acknowledged outlives the process that took it",
          "[unit][receivers][receiver]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  {
    Life life(kafka, {});
    const Texts block{"a", "b"};
    REQUIRE(life.mouth->store(std::span<const std::string>(block)));
    life.context.stop(false);  // as good as a crash: nothing is drained
  }
  Life next(kafka, {});
  REQUIRE(next.mouth->store("c"));
  await("all three", [&] { return kafka.read("out").size() == 3; });
  next.context.stop();
  CHECK(valuesIn(kafka, "out") == Texts{"a", "b", "c"});
}

TEST_CASE("repeats of a sequenced source are dropped, also by the next process",
          "[unit][receivers][receiver]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  const TempFolder state;
  {
    Life life(kafka, {.sequenced = true}, state.path().string());
    for (const std::int64_t sequence : {1, 2, 2, 1, 5})
      REQUIRE(life.mouth->store("a" + std::to_string(sequence), {"source-a", sequence}));
    REQUIRE(life.mouth->store("b1", {"source-b", 1}));
    CHECK_THROWS_AS(life.mouth->store("without"), Error);
    await("the first four", [&] { return kafka.read("out").size() == 4; });
    life.context.stop();
  }
  Life next(kafka, {.sequenced = true}, state.path().string());
  REQUIRE(next.mouth->store("a5", {"source-a", 5}));
  REQUIRE(next.mouth->store("a6", {"source-a", 6}));
  await("the new one", [&] { return kafka.read("out").size() == 5; });
  next.context.stop();
  CHECK(valuesIn(kafka, "out") == Texts{"a1", "a2", "a5", "a6", "b1"});
}

TEST_CASE("in memory only: processed before a graceful stop, without a topic",
          "[unit][receivers][receiver]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  Life life(kafka, {.safety = Safety::kIgnore});
  for (const char* text : {"a", "b", "c"}) REQUIRE(life.mouth->store(text));
  life.context.stop();
  CHECK(valuesIn(kafka, "out") == Texts{"a", "b", "c"});
}

TEST_CASE("a receiver is started again when it asks for it or throws",
          "[unit][receivers][receiver]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  Life life(kafka, {});
  life.mouth->throws_once = true;
  life.mouth->restart("lost", std::chrono::milliseconds(1));
  await("the third start", [&] { return life.mouth->starts == 3; });
  REQUIRE(life.mouth->store("a"));
  await("the record", [&] { return kafka.read("out").size() == 1; });
  life.mouth->reportError("odd");
  life.mouth->stop("enough");
  await("the stop", [&] { return life.mouth->stops == 3; });
  CHECK(life.mouth->isStopped());
  CHECK_FALSE(life.mouth->store("b"));
  CHECK(life.context.state() == StreamingContext::State::kActive);
  life.context.stop();
  const auto events = life.listener->events();
  CHECK(events == Texts{"started mouth", "error lost", "stopped", "started mouth",
                        "error onStart() failed: no connection", "stopped", "started mouth",
                        "error odd", "stopped"});
  CHECK(life.listener->last().restarts == 2);
}

TEST_CASE("rate.max_per_receiver holds a receiver back", "[unit][receivers][receiver]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  Life life(kafka, {}, {}, {{"rate.max_per_receiver", "100"}});
  const auto begin = systemClock().now();
  for (int i = 0; i < 40; ++i) REQUIRE(life.mouth->store("x"));
  CHECK(systemClock().now() - begin >= std::chrono::milliseconds(250));
  life.context.stop();
}

TEST_CASE("a record that no topic takes is refused where it is stored",
          "[unit][receivers][receiver]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  Life life(kafka, {});
  try {
    life.mouth->store(std::string(900'001, 'x'));
    FAIL("it was stored");
  } catch (const Error& error) {
    CHECK(error.code() == "E263");
  }
  life.context.stop();
}

TEST_CASE("mistakes in what receives are refused where they are made",
          "[unit][receivers][receiver]") {
  LocalKafka kafka;
  StreamingContext context(inputSettings(), kafka);
  const auto codeOf = [&](const ReceiverOptions& options) {
    return test::codeOf(
        [&] { return receiverStream<std::string>(context, std::make_shared<Mouth>(), options); });
  };
  CHECK(codeOf({}) == "E009");
  CHECK(codeOf({.id = "a", .safety = Safety::kIgnore, .sequenced = true}) == "E015");
  CHECK(codeOf({.id = "a"}) == "no error");
  CHECK(codeOf({.id = "a"}) != "E009");
  CHECK(context.graph()->check().info().code == "E019");
}
