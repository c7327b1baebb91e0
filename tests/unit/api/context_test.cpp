// StreamingContext: the legal moves of its life, what it refuses, and how errors come out.
#include <lockstep/api/lockstep.hpp>

#include <functional>
#include <future>
#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/support/error_code.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;
using Catch::Matchers::Contains;
using ContextState = StreamingContext::State;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::codeOf;

namespace {

/// A context that copies `in` to `out` on a Kafka of its own.
struct Copy {
  explicit Copy(bool with_output = true) {
    kafka.createTopic("in");
    kafka.createTopic("out");
    lines = kafka::createDirectStream(context, {.topics = {"in"}});
    if (with_output) kafka::save(*lines, {.topic = "out"});
  }
  LocalKafka kafka;
  StreamingContext context{Settings({.application = "copy", .batch_interval = milliseconds(10)}),
                           kafka};
  std::optional<DStream<RecordView>> lines;
};

}  // namespace

TEST_CASE("a second start and a second stop do nothing", "[unit][api][context]") {
  Copy copy;
  CHECK(copy.context.state() == ContextState::kInitialized);
  copy.context.start();
  copy.context.start();
  CHECK(copy.context.state() == ContextState::kActive);
  CHECK_FALSE(copy.context.awaitTerminationOrTimeout(milliseconds(1)));
  copy.context.stop();
  copy.context.stop();
  CHECK(copy.context.state() == ContextState::kStopped);
  CHECK(copy.context.awaitTermination() == 0);
  CHECK(copy.context.awaitTerminationOrTimeout(milliseconds(0)));
}

TEST_CASE("a stopped context cannot start, even if it never ran", "[unit][api][context]") {
  Copy copy;
  copy.context.stop();
  CHECK(codeOf([&] { copy.context.start(); }) == "E070");
  CHECK(copy.context.awaitTermination() == 0);
}

TEST_CASE("new inputs, steps and outputs after start or stop are refused at once",
          "[unit][api][context]") {
  const bool started = GENERATE(true, false);
  Copy copy;
  if (started) {
    copy.context.start();
  } else {
    copy.context.stop();
  }
  CHECK(codeOf([&] { (void)kafka::createDirectStream(copy.context, {.topics = {"x"}}); }) ==
        "E070");
  CHECK(codeOf([&] { (void)copy.lines->map([](const RecordView& r) { return r.offset; }); }) ==
        "E070");
  CHECK(codeOf([&] { copy.lines->print(); }) == "E070");
  CHECK(codeOf([&] { kafka::save(*copy.lines, {.topic = "out"}); }) == "E070");
  CHECK(copy.context.graph()->outputs().size() == 1);
}

TEST_CASE("waiting for what was never started is refused", "[unit][api][context]") {
  Copy copy;
  CHECK(codeOf([&] { copy.context.awaitTermination(); }) == "E071");
}

TEST_CASE("signals can be watched before the start only", "[unit][api][context]") {
  Copy copy;
  copy.context.start();
  CHECK(codeOf([&] { copy.context.stopOnSignals(); }) == "E070");
}

TEST_CASE("a graph with a mistake does not start, and may be mended", "[unit][api][context]") {
  Copy copy(false);
  CHECK_THROWS_WITH(copy.context.start(), Contains("no output"));
  CHECK(copy.context.state() == ContextState::kInitialized);
  kafka::save(*copy.lines, {.topic = "out"});
  copy.kafka.produce("in", "k", "v");
  copy.context.start({.until_end = true});
  CHECK(copy.context.awaitTermination() == 0);
  CHECK(copy.kafka.read("out").at(0).value == "v");
}

TEST_CASE("what needs no broker to be seen is refused by start", "[unit][api][context]") {
  struct Row {
    std::string code;
    std::function<void(Copy&)> add;
  };
  const auto row = GENERATE(values<Row>({
      {"E018", [](Copy& c) { kafka::save(*c.lines, {.topic = "no topic"}); }},
      {"E026", [](Copy& c) { kafka::save(*c.lines, {.topic = "copy-ledger"}); }},
      {"E040",
       [](Copy& c) {
         c.lines->map([](const RecordView&) {
                  return std::pair{std::string{}, std::int64_t{1}};
                })
             .updateStateByKey(reduction::Sum{}, {.id = "sums"})
             .print();
       }},
  }));
  Copy copy;
  row.add(copy);
  CHECK(codeOf([&] { copy.context.start(); }) == row.code);
}

TEST_CASE("a stream needs topics", "[unit][api][context]") {
  Copy copy;
  CHECK(codeOf([&] { (void)kafka::createDirectStream(copy.context, {}); }) == "E009");
}

TEST_CASE("two streams of a topic agree about its start", "[unit][api][context]") {
  Copy copy;
  CHECK(codeOf([&] {
          (void)kafka::createDirectStream(copy.context,
                                          {.topics = {"in"}, .start = StartPosition::kLatest});
        }) == "E017");
  (void)kafka::createDirectStream(copy.context, {.topics = {"in"}});
}

TEST_CASE("stop(false) cuts the running batch; the next start has its records once",
          "[unit][api][context]") {
  LocalKafka kafka;
  kafka.createTopic("in");
  kafka.createTopic("out");
  kafka.produce("in", "k", "v");
  const Settings settings({.application = "copy", .batch_interval = milliseconds(10)});
  {
    std::promise<void> entered;
    std::promise<void> released;
    StreamingContext context(settings, kafka);
    auto lines = kafka::createDirectStream(context, {.topics = {"in"}});
    auto held = lines.filter([&, go = released.get_future().share()](const RecordView&) {
      entered.set_value();
      go.wait_for(seconds(60));
      return true;
    });
    kafka::save(held, {.topic = "out"});
    context.start();
    REQUIRE(entered.get_future().wait_for(seconds(60)) == std::future_status::ready);
    context.stop(false);
    CHECK(context.state() == ContextState::kStopped);
    released.set_value();
    CHECK(context.awaitTermination() == 0);
  }
  CHECK(kafka.read("out").empty());

  StreamingContext again(settings, kafka);
  kafka::save(kafka::createDirectStream(again, {.topics = {"in"}}), {.topic = "out"});
  again.start({.until_end = true});
  CHECK(again.awaitTermination() == 0);
  CHECK(kafka.read("out").size() == 1);
}

TEST_CASE("what ends the run comes out of awaitTermination, as often as it is asked",
          "[unit][api][context]") {
  Copy copy;
  copy.lines->foreachRDD([](const CollectedRdd<RecordView>&, BatchTime) {
    throw std::runtime_error("the mail server is away");
  });
  copy.kafka.produce("in", "k", "v");
  copy.context.start();
  CHECK_THROWS_WITH(copy.context.awaitTerminationOrTimeout(seconds(60)),
                    Contains("E302") && Contains("the mail server is away"));
  CHECK_THROWS_AS(copy.context.awaitTermination(), Error);
  CHECK(copy.context.state() == ContextState::kStopped);
  CHECK(copy.kafka.read("out").empty());  // nothing of the batch was committed
}

TEST_CASE("stop(false) may be called from within the graph, whose batch it cuts",
          "[unit][api][context]") {
  Copy copy;
  copy.lines->foreachRDD([&](const CollectedRdd<RecordView>& rdd, BatchTime) {
    if (rdd.count() > 0) copy.context.stop(false);
  });
  copy.kafka.produce("in", "k", "v");
  copy.context.start();
  CHECK(copy.context.awaitTermination() == 0);
  CHECK(copy.kafka.read("out").empty());  // it cut the batch that it was called from
}

TEST_CASE("a topic begins where its stream says", "[unit][api][context]") {
  LocalKafka kafka;
  kafka.createTopic("in");
  kafka.createTopic("out");
  kafka.produce("in", "k", "before");
  StreamingContext context(Settings({.application = "copy", .batch_interval = milliseconds(10)}),
                           kafka);
  const auto lines =
      kafka::createDirectStream(context, {.topics = {"in"}, .start = StartPosition::kLatest});
  kafka::save(lines, {.topic = "out"});
  context.start({.until_end = true});
  CHECK(context.awaitTermination() == 0);
  CHECK(kafka.read("out").empty());
}

TEST_CASE("getActive is the context that runs and was started last", "[unit][api][context]") {
  CHECK(StreamingContext::getActive() == nullptr);
  Copy first;
  CHECK(StreamingContext::getActive() == nullptr);
  first.context.start();
  CHECK(StreamingContext::getActive() == &first.context);
  {
    Copy second;
    second.context.start();
    CHECK(StreamingContext::getActive() == &second.context);
    second.context.stop();
    CHECK(StreamingContext::getActive() == &first.context);
  }
  CHECK(StreamingContext::getActive() == &first.context);
}

TEST_CASE("getOrCreate continues what the folder holds, and refuses another folder",
          "[unit][api][context]") {
  const test::TempFolder temp;
  const std::string folder = temp.path();
  LocalKafka kafka;
  kafka.createTopic("in");
  kafka.createTopic("out");
  const auto counts = [&] {
    auto context = std::make_unique<StreamingContext>(
        Settings({.application = "counts", .state_dir = folder}), kafka);
    const auto ones =
        kafka::createDirectStream(*context, {.topics = {"in"}})
            .map([](const RecordView& record) {
              return std::pair{std::string(*record.value), std::int64_t{1}};
            })
            .updateStateByKey(reduction::Sum{}, {.id = "counts", .emit = Emit::kChanged});
    kafka::save(ones, {.topic = "out"});
    return context;
  };
  for (const std::int64_t expected : {1, 2}) {
    kafka.produce("in", std::nullopt, "a");
    const auto context = StreamingContext::getOrCreate(folder, counts);
    context->start({.until_end = true});
    CHECK(context->awaitTermination() == 0);
    CHECK(Serde<std::int64_t>{}.read(kafka.read("out").back().value.value()) == expected);
  }
  CHECK(codeOf([&] { (void)StreamingContext::getOrCreate("elsewhere", counts); }) == "E017");
}

TEST_CASE("a broadcast changes between two batches, and is made before start()",
          "[unit][api][context]") {
  LocalKafka kafka;
  kafka.createTopic("in");
  kafka.createTopic("out");
  for (const char* value : {"a", "b"}) kafka.produce("in", std::nullopt, value);
  StreamingContext context(Settings({.application = "copy", .batch_interval = milliseconds(10)}),
                           kafka);
  const auto prefix = context.broadcast(std::string("1"));
  auto lines = kafka::createDirectStream(context, {.topics = {"in"}});
  kafka::save(lines.map([prefix](const RecordView& record) {
    return prefix.value() + std::string(*record.value);
  }),
              {.topic = "out"});
  prefix.update("2");  // before the first batch
  context.start({.until_end = true});
  CHECK(codeOf([&] { (void)context.broadcast(1); }) == "E070");
  CHECK(context.awaitTermination() == 0);
  std::vector<std::string> values;
  for (const auto& record : kafka.read("out")) values.push_back(*record.value);
  CHECK(values == std::vector<std::string>{"2a", "2b"});
}
