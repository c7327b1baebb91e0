// Whole applications under faults: the same results whatever happens, and that a difference shows.
#include "src/simulation/fault_run.hpp"

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include <lockstep/base/log.hpp>
#include <lockstep/dstream/direct_kafka_input.hpp>
#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::sim;

namespace {

constexpr std::chrono::milliseconds kInterval{1'000};
const TopicPartition kIn{"in", Partition{0}};
const TopicPartition kOut{"out", Partition{0}};

using MakeGraph = std::function<std::shared_ptr<DStreamGraph>()>;

/// The running sum of each key, with the time of its batch.
std::shared_ptr<DStreamGraph> sums() {
  auto graph = std::make_shared<DStreamGraph>();
  const auto amounts = directKafkaInput(graph, {"in"}).map([](const RecordView& record) {
    return std::pair<std::string, std::int64_t>(record.key.value_or(""),
                                                std::stoll(std::string(*record.value)));
  });
  kafkaOutput(amounts.updateStateByKey(reduction::Sum{}, {.id = "sums", .emit = Emit::kChanged}),
              {.topic = "out", .step = {}});
  return graph;
}

/// Three batches of records with idle ones between them; what is committed, batch by batch.
class CountedSubject final : public Subject {
 public:
  explicit CountedSubject(MakeGraph make_graph) : make_graph_(std::move(make_graph)) {
    plan_ = {"app",
             Guarantee::kExactlyOnce,
             kInterval,
             WallTime(std::chrono::hours(480'000)),
             {1, 1, 5, 1}};
  }

  [[nodiscard]] const Plan& plan() const override { return plan_; }
  [[nodiscard]] Result<ApplicationSpec> make() override {
    ++starts;
    ApplicationSpec spec;
    spec.engine.application = plan_.application;
    spec.engine.inputs = {{"in", StartFrom::kEarliest}};
    spec.engine.batch_interval = kInterval;
    spec.engine.catch_up_whole = true;
    spec.graph = make_graph_();
    spec.listeners = listeners;
    return spec;
  }
  void prepare(memory::Admin& kafka) override {
    kafka.createTopic({"in", 1, 1, {}});
    kafka.createTopic({"out", 1, 1, {}});
  }
  void feed(memory::Admin& kafka, std::size_t step, BatchTime tick) override {
    times.push_back(tick);
    if (step == 2) return;  // nothing but idle ticks
    for (const auto* key : {"a", "b", "c"}) {
      memory::OwnedRecord record;
      record.key = key;
      record.value = std::to_string(step + 1);
      record.timestamp = tick;
      kafka.produce(kIn, std::vector{record});
    }
  }
  void decided(memory::Admin& kafka, std::size_t /*step*/) override {
    ends.push_back(kafka.end(kOut));
  }
  void ended(memory::Admin& kafka) override {
    std::size_t step = 0;
    for (const auto& record : kafka.read(kOut, memory::Admin::Isolation::kCommitted)) {
      while (step + 1 < ends.size() && record.offset >= ends[step]) ++step;
      results += std::to_string(step) + " " + *record.key + "=" +
                 std::to_string(static_cast<int>(record.value->back())) + " at " +
                 std::to_string(record.timestamp.time_since_epoch().count() / 1'000 % 100) + "\n";
    }
  }

  StreamingListeners listeners;
  int starts = 0;
  std::vector<BatchTime> times;
  std::vector<Offset> ends;
  std::string results;

 private:
  MakeGraph make_graph_;
  Plan plan_;
};

/// What the first seed that gives other results gives; nothing when none of them does.
std::optional<std::string> firstDifference(const MakeGraph& graph, std::uint64_t seeds,
                                           StoreBug bug = StoreBug::kNone,
                                           std::uint64_t first = 1) {
  std::optional<std::string> expected;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    CountedSubject subject(graph);
    const auto outcome = runUnderFaults(subject, seed, bug);
    if (!outcome.status.ok()) return outcome.status.toString();
    if (!expected) expected = subject.results;
    if (subject.results != *expected) return subject.results;
  }
  return std::nullopt;
}

struct Quiet {
  Quiet() { log::configure(log::Level::kOff, log::Format::kText); }
};

}  // namespace

TEST_CASE("an application gives the same results under every schedule of faults",
          "[unit][simulation][fault_run]") {
  const Quiet quiet;
  FaultCounts counts;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CountedSubject subject(sums);
    const auto outcome = runUnderFaults(subject, seed);
    CAPTURE(seed, outcome.story);
    REQUIRE(outcome.status.toString() == "ok");
    counts += outcome.counts;
    const auto first = subject.plan().start + kInterval;
    CHECK(subject.times == std::vector<BatchTime>{first, first + kInterval, first + 2 * kInterval,
                                                  first + 7 * kInterval});
    CHECK(subject.results ==
          "0 a=1 at 1\n0 b=1 at 1\n0 c=1 at 1\n1 a=3 at 2\n1 b=3 at 2\n1 c=3 at 2\n"
          "3 a=7 at 8\n3 b=7 at 8\n3 c=7 at 8\n");
  }
  CHECK(counts.kills > 50);
  CHECK(counts.stops > 10);
  CHECK(counts.pauses > 10);
  CHECK(counts.aborted > 20);
  CHECK(counts.bad_requests > 500);
  CHECK(counts.disk_errors > 5);
}

TEST_CASE("the same seed gives the same schedule", "[unit][simulation][fault_run]") {
  const Quiet quiet;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CountedSubject one(sums);
    CountedSubject two(sums);
    const auto first = runUnderFaults(one, seed);
    const auto second = runUnderFaults(two, seed);
    CHECK(first.story == second.story);
    CHECK(first.counts.bad_requests == second.counts.bad_requests);
    CHECK(one.starts == two.starts);
  }
}

TEST_CASE("batches overlap in some schedules, and give the same", "[unit][simulation][fault_run]") {
  /// A batch that begins while the one before is computed and not committed.
  struct Overlaps final : StreamingListener {
    void onBatchStarted(const BatchInfo& batch) override {
      if (open_ && batch.id == next(*open_)) ++seen;
      open_ = batch.id;
    }
    void onBatchCompleted(const BatchInfo& batch) override {
      if (open_ == batch.id) open_.reset();
    }
    int seen = 0;

   private:
    std::optional<BatchId> open_;
  };
  const Quiet quiet;
  const auto overlaps = std::make_shared<Overlaps>();
  std::optional<std::string> expected;
  std::uint64_t early = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CountedSubject subject(sums);
    subject.listeners = {overlaps};
    const auto outcome = runUnderFaults(subject, seed);
    CAPTURE(seed, outcome.story);
    REQUIRE(outcome.status.toString() == "ok");
    if (!expected) expected = subject.results;
    CHECK(subject.results == *expected);
    early += outcome.counts.early_ticks;
  }
  CHECK(early > 20);
  CHECK(overlaps->seen > 10);
}

TEST_CASE("a tick without records is nobody's later, though nothing in the ledger tells of it",
          "[unit][simulation][fault_run]") {
  const Quiet quiet;
  const auto ones = [] {  // no step needs batches without records
    auto graph = std::make_shared<DStreamGraph>();
    const auto pairs = directKafkaInput(graph, {"in"}).map([](const RecordView& record) {
      return std::pair<std::string, std::int64_t>(record.key.value_or(""), 1);
    });
    kafkaOutput(pairs, {.topic = "out", .step = {}});
    return graph;
  };
  // In seed 1060 a process that was replaced takes over again behind the idle ticks.
  CHECK(firstDifference(ones, 30, StoreBug::kNone, 1'050).value_or("same") == "same");
}

TEST_CASE("what a function remembers beside its state is found", "[unit][simulation][fault_run]") {
  const Quiet quiet;
  const auto remembering = [] {
    auto graph = std::make_shared<DStreamGraph>();
    const auto calls = std::make_shared<int>(0);  // gone with the process
    const auto numbered = directKafkaInput(graph, {"in"}).map([calls](const RecordView& record) {
      return std::pair<std::string, std::int64_t>(record.key.value_or(""), ++*calls);
    });
    kafkaOutput(numbered, {.topic = "out", .step = {}});
    return graph;
  };
  CHECK(firstDifference(remembering, 20).has_value());
}

TEST_CASE("a store that forgets to sync, or writes its positions first, is found",
          "[unit][simulation][fault_run]") {
  const Quiet quiet;
  CHECK(firstDifference(sums, 300, StoreBug::kWithoutSync).has_value());
  CHECK(firstDifference(sums, 1'000, StoreBug::kPositionsFirst).has_value());
}

TEST_CASE("an application that stops for good ends its schedule with its error",
          "[unit][simulation][fault_run]") {
  const Quiet quiet;
  const auto stopping = [] {
    auto graph = std::make_shared<DStreamGraph>();
    const auto refuse = [](const RecordView& record) {
      if (*record.value == "2") throw std::runtime_error("no twos");
      return record;
    };
    kafkaOutput(directKafkaInput(graph, {"in"}).map(refuse), {.topic = "out", .step = {}});
    return graph;
  };
  CountedSubject subject(stopping);
  const auto outcome = runUnderFaults(subject, 1);
  REQUIRE_FALSE(outcome.status.ok());
  CHECK(outcome.status.exitCode() == ExitCode::kData);
  CHECK(subject.results.empty());
}
