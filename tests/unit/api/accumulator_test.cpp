// Accumulators of a program: what they show after restarts and failed batches.
#include <lockstep/api/lockstep.hpp>

#include <filesystem>
#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;
using std::chrono::milliseconds;

namespace {

/// The topics that outlive a program, and the values that its listener has read.
struct Counted {
  Counted() {
    kafka.createTopic("in");
    kafka.createTopic("out");
  }
  void feed(std::vector<std::string> words) {
    for (auto& word : words) kafka.produce("in", std::nullopt, std::move(word));
  }
  LocalKafka kafka;
  test::TempFolder folder;
  bool fails = false;  ///< the output outside Kafka throws
};

class Reader final : public StreamingListener {
 public:
  explicit Reader(LongAccumulator words) : words_(std::move(words)) {}
  void onBatchCompleted(const BatchInfo&) override { last = words_.value(); }
  std::int64_t last = -1;

 private:
  const LongAccumulator words_;
};

struct Values {
  std::int64_t words;
  std::int64_t listener;  ///< -1: no batch was completed
  std::string ended;      ///< code of the error that ended the run
};

/// One life of the program, to the end of its input.
Values runOnce(Counted& world, const std::string& state) {
  StreamingContext context(Settings({.application = "count",
                                     .batch_interval = milliseconds(10),
                                     .state_dir = (world.folder.path() / state).string()}),
                           world.kafka);
  const auto words = context.longAccumulator("words");
  auto lines = kafka::createDirectStream(context, {.topics = {"in"}});
  auto counted = lines.map([words](const RecordView& record) {
    words.add(1);
    return std::string(*record.value);
  });
  kafka::save(counted, {.topic = "out"});
  counted.foreachRDD([&world](const auto& rdd) {
    if (world.fails && !rdd.isEmpty()) throw std::runtime_error("no");
  });
  const auto reader = std::make_shared<Reader>(words);
  context.addStreamingListener(reader);
  context.start({.until_end = true});
  std::string ended;
  try {
    context.awaitTermination();
  } catch (const Error& error) {
    ended = error.code();
  }
  return {words.value(), reader->last, ended};
}

}  // namespace

TEST_CASE("an accumulator counts on after a restart, from the folder and from the changelog",
          "[unit][api][accumulator]") {
  Counted world;
  world.feed({"a", "b", "c"});
  const auto first = runOnce(world, "one");
  CHECK(first.words == 3);
  CHECK(first.listener == 3);               // the listener's batch included
  CHECK(runOnce(world, "one").words == 3);  // nothing to read: what was restored
  world.feed({"d"});
  CHECK(runOnce(world, "two").words == 4);
  CHECK(world.kafka.read("out").size() == 4);
}

TEST_CASE("a batch that fails before its commit counts nothing, and once when it is run again",
          "[unit][api][accumulator]") {
  Counted world;
  world.feed({"a", "b"});
  world.fails = true;
  const auto failed = runOnce(world, "one");
  CHECK(failed.ended == "E302");
  CHECK(failed.words == 0);
  world.fails = false;
  CHECK(runOnce(world, "one").words == 2);
}
