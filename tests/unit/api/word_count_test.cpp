// A program's graph on the Kafka inside the process: from records to records.
#include <lockstep/api/lockstep.hpp>

#include <map>
#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;

namespace {

std::int64_t sum(std::span<const std::int64_t> ones, std::optional<std::int64_t> old) {
  return std::accumulate(ones.begin(), ones.end(), old.value_or(0));
}

/// One life of a word count: all that the topic holds, then the end.
void countWords(LocalKafka& kafka, const std::string& state_dir) {
  StreamingContext context(Settings({.application = "word-counts",
                                     .batch_interval = std::chrono::milliseconds(10),
                                     .state_dir = state_dir}),
                           kafka);
  auto counts = kafka::createDirectStream(context, {.topics = {"lines"}})
                    .flatMap([](const RecordView& r) { return split(r.value.value_or(""), ' '); })
                    .map([](std::string_view word) {
                      return std::pair{word, std::int64_t{1}};
                    })
                    .updateStateByKey(
                        [](std::span<const std::int64_t> ones, std::optional<std::int64_t> old) {
                          return std::optional{sum(ones, old)};
                        },
                        {.id = "counts", .emit = Emit::kChanged});
  kafka::save(counts, {.topic = "word-counts"});
  context.start({.until_end = true});
  REQUIRE(context.awaitTermination() == 0);
}

/// The last value of each key, as a reader of a changelog keeps it.
std::map<std::string, std::int64_t> latest(LocalKafka& kafka) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& record : kafka.read("word-counts")) {
    counts[record.key.value()] = Serde<std::int64_t>{}.read(record.value.value());
  }
  return counts;
}

}  // namespace

TEST_CASE("a program counts words, and its next life goes on from there", "[unit][api][e2e]") {
  LocalKafka kafka;
  kafka.createTopic("lines", 3);
  kafka.createTopic("word-counts", 2);
  const test::TempFolder state;
  kafka.produce("lines", "a", "to be or not");
  kafka.produce("lines", "b", "to be");
  countWords(kafka, state.path().string());
  CHECK(latest(kafka) ==
        std::map<std::string, std::int64_t>{{"to", 2}, {"be", 2}, {"or", 1}, {"not", 1}});

  kafka.produce("lines", std::nullopt, "be quick");
  countWords(kafka, state.path().string());
  CHECK(latest(kafka) == std::map<std::string, std::int64_t>{
                             {"to", 2}, {"be", 3}, {"or", 1}, {"not", 1}, {"quick", 1}});
  CHECK(kafka.read("word-counts").size() == 6);  // four keys, then two: nothing twice
}
