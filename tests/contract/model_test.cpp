// What only the model can be made to do: lose, delay and double single messages. An application
// that follows the rules of the output port shows every batch once, whatever happens.
#include <algorithm>
#include <random>

#include "connectors/memory/memory_kafka.hpp"
#include "connectors/memory/virtual_clock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scripted_network.hpp"

namespace lockstep::memory {
namespace {

using namespace std::chrono_literals;

const TopicPartition kIn{"in", Partition(0)};
const TopicPartition kOut{"out", Partition(0)};
const TopicPartition kOut1{"out", Partition(1)};

OutputOptions options() {
  OutputOptions options;
  options.transactional_id = options.group = "app";
  options.send_bytes = 0;
  return options;
}

/// The smallest application: batch n writes n to two partitions and commits the offset n. It
/// replaces its producer when that is dirty, lost or dead, and trusts committed offsets only.
class Application {
 public:
  explicit Application(MemoryKafka& kafka, Clock& clock)
      : clock_(clock), factory_(kafka.outputs(options())), cluster_(kafka.cluster("app")) {}

  void run(std::int64_t batches) {
    for (int steps = 0; done_ < batches; ++steps) {
      REQUIRE(steps < 100);
      if (!output_)
        recover();
      else if (!runBatch(done_ + 1) || output_->dirty())
        output_.reset();
    }
  }

 private:
  void recover() {
    auto output = std::move(factory_->createOutput().value());
    if (!output->init(30s).ok()) return;
    const auto committed = cluster_->committed(std::span(&kIn, 1), 30s);
    if (!committed.ok()) return;
    const auto& offset = committed->front().offset;
    done_ = offset ? offset->value() : 0;
    output_ = std::move(output);
  }

  bool runBatch(std::int64_t batch) {
    if (!output_->begin().ok()) return false;
    Status status = append(batch, kOut);
    if (status.ok()) status = append(batch, kOut1);
    const PartitionOffset offset{kIn, Offset(batch)};
    if (status.ok()) status = commit(offset);
    if (status.ok()) done_ = batch;
    if (!status.ok() && status.reaction() == Reaction::kAbort)
      (void)output_->abort(30s);  // the producer goes in any case
    return status.ok();
  }

  Status append(std::int64_t batch, const TopicPartition& target) {
    const std::string value = std::to_string(batch);
    const EncodedRecord record{std::nullopt, value, clock_.wallNow(), {}};
    std::size_t appended = 0;
    return output_->append(target, {&record, 1}, Deadline::in(clock_, 30s), appended);
  }

  Status commit(const PartitionOffset& offset) {
    Status status = output_->commit({&offset, 1}, "m", 15s);
    if (!status.ok() && status.reaction() == Reaction::kRetry)
      status = output_->commit({&offset, 1}, "m", 15s);
    return status;
  }

  Clock& clock_;
  std::unique_ptr<TransactionalOutputFactory> factory_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<TransactionalOutput> output_;
  std::int64_t done_ = 0;
};

struct World {
  VirtualClock clock;
  MemoryKafka kafka;

  explicit World(Network& network) : kafka(clock, &network) {
    kafka.admin().createTopic({"in", 1, -1, {}});
    kafka.admin().createTopic({"out", 2, -1, {}});
  }

  /// Every batch once, in order, in both partitions; nothing is left open.
  void checkOnce(std::int64_t batches) {
    clock.advance(10min);  // what is late arrives, what is open times out
    std::vector<std::string> expected;
    for (std::int64_t batch = 1; batch <= batches; ++batch)
      expected.push_back(std::to_string(batch));
    for (const TopicPartition& out : {kOut, kOut1}) {
      std::vector<std::string> seen;
      for (const OwnedRecord& record : kafka.admin().read(out, Admin::Isolation::kCommitted))
        seen.push_back(record.value.value_or("null"));
      INFO(kafka.admin().dump(out));
      CHECK(seen == expected);
    }
    CHECK(kafka.admin().committed("app", {kIn}).front().offset == Offset(batches));
  }
};

Fate doubled(std::chrono::nanoseconds after) {
  Fate fate;
  fate.repeated_after = after;
  return fate;
}

Fate disconnected(bool arrives) {
  Fate fate;
  fate.arrives = arrives;
  fate.reply = Fate::Reply::kDisconnected;
  return fate;
}

constexpr RequestKind kKinds[] = {RequestKind::kInitProducerId,  RequestKind::kAddPartitionsToTxn,
                                  RequestKind::kAddOffsetsToTxn, RequestKind::kProduce,
                                  RequestKind::kTxnOffsetCommit, RequestKind::kEndTxn,
                                  RequestKind::kOffsetFetch};

/// Random fates: mostly nothing, sometimes one of everything.
class RandomNetwork final : public Network {
 public:
  explicit RandomNetwork(std::uint64_t seed) : random_(seed) {}

  Fate decide(const Call&) override {
    Fate fate;
    if (faults_left_ == 0 || chance(0.9)) return fate;
    --faults_left_;
    fate.arrives = chance(0.8);
    fate.request_delay = chance(0.5) ? 0ms : upTo(40'000);
    fate.reply_delay = chance(0.7) ? 0ms : upTo(12'000);
    if (chance(0.3)) fate.reply = Fate::Reply::kLost;
    if (chance(0.2)) fate.reply = Fate::Reply::kDisconnected;
    // TCP doubles nothing by itself: where a copy exists the client has missed an answer.
    if (fate.reply != Fate::Reply::kArrives && chance(0.5)) fate.repeated_after = upTo(40'000);
    return fate;
  }
  std::chrono::nanoseconds markerDelay(const TopicPartition*) override {
    return chance(0.5) ? 0ms : upTo(200);
  }

 private:
  bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
  std::chrono::milliseconds upTo(int most) {
    return std::chrono::milliseconds(std::uniform_int_distribution<>(1, most)(random_));
  }
  std::mt19937_64 random_;
  int faults_left_ = 12;
};

}  // namespace

TEST_CASE("one message goes astray, and every batch is shown once", "[contract][model]") {
  const RequestKind kind = GENERATE(from_range(std::begin(kKinds), std::end(kKinds)));
  const int which = GENERATE(range(0, 7));
  const Fate fates[] = {requestLost(), replyLost(),         late(15s),         late(70s),
                        doubled(1ms),  disconnected(false), disconnected(true)};
  INFO(toString(kind) << " fate " << which);
  ScriptedNetwork network;
  network.marker_delay = 3ms;
  World world(network);
  network.next(kind, {});  // the first of its kind goes well
  if (kind == RequestKind::kInitProducerId || kind == RequestKind::kOffsetFetch) network.reset();
  network.next(kind, fates[which]);
  Application(world.kafka, world.clock).run(3);
  world.checkOnce(3);
}

TEST_CASE("a message without answer makes the producer dirty, an error code does not",
          "[contract][model]") {
  const RequestKind kind = GENERATE(RequestKind::kAddPartitionsToTxn, RequestKind::kAddOffsetsToTxn,
                                    RequestKind::kTxnOffsetCommit, RequestKind::kEndTxn);
  INFO(toString(kind));
  ScriptedNetwork network;
  World world(network);
  const auto factory = world.kafka.outputs(options());
  const auto output = std::move(factory->createOutput().value());
  const PartitionOffset offset{kIn, Offset(1)};
  const auto transaction = [&] {
    const EncodedRecord record{std::nullopt, "v", world.clock.wallNow(), {}};
    std::size_t appended = 0;
    REQUIRE(output->begin().ok());
    REQUIRE(output->append(kOut, {&record, 1}, Deadline::in(world.clock, 30s), appended).ok());
    REQUIRE(output->commit({&offset, 1}, "m", 30s).ok());
  };
  REQUIRE(output->init(30s).ok());
  network.marker_delay = 30ms;  // the second meets CONCURRENT_TRANSACTIONS
  transaction();
  transaction();
  CHECK_FALSE(output->dirty());
  network.next(kind, replyLost());
  transaction();
  CHECK(output->dirty());
}

TEST_CASE("a slow commit makes the producer dirty", "[contract][model]") {
  ScriptedNetwork network;
  World world(network);
  const auto factory = world.kafka.outputs(options());
  const auto output = std::move(factory->createOutput().value());
  REQUIRE(output->init(30s).ok());
  const PartitionOffset offset{kIn, Offset(1)};
  Fate slow;
  slow.reply_delay = 6s;
  network.next(RequestKind::kAddOffsetsToTxn, slow);
  network.next(RequestKind::kTxnOffsetCommit, slow);
  REQUIRE(output->begin().ok());
  REQUIRE(output->commit({&offset, 1}, "m", 30s).ok());
  CHECK(output->dirty());
}

TEST_CASE("a commit without answer says retry, and its repeat tells the truth",
          "[contract][model]") {
  ScriptedNetwork network;
  World world(network);
  const auto factory = world.kafka.outputs(options());
  const auto output = std::move(factory->createOutput().value());
  REQUIRE(output->init(30s).ok());
  REQUIRE(output->begin().ok());
  const PartitionOffset offset{kIn, Offset(1)};
  network.next(RequestKind::kEndTxn, GENERATE(replyLost(), requestLost()));
  CHECK(output->commit({&offset, 1}, "m", 5s).reaction() == Reaction::kRetry);
  CHECK(output->commit({&offset, 1}, "m", 5s).ok());
  CHECK(world.kafka.admin().committed("app", {kIn}).front().offset == Offset(1));
}

TEST_CASE("a late batch of an aborted transaction never reaches the log", "[contract][model]") {
  ScriptedNetwork network;
  World world(network);
  const auto factory = world.kafka.outputs(options());
  auto output = std::move(factory->createOutput().value());
  REQUIRE(output->init(30s).ok());
  REQUIRE(output->begin().ok());
  network.next(RequestKind::kProduce, late(20s));
  const EncodedRecord record{std::nullopt, "v", world.clock.wallNow(), {}};
  std::size_t appended = 0;
  REQUIRE(output->append(kOut, {&record, 1}, Deadline::in(world.clock, 1s), appended).ok());
  REQUIRE(output->abort(30s).ok());
  world.clock.advance(1min);
  CHECK(world.kafka.admin().read(kOut, Admin::Isolation::kUncommitted).empty());
}

TEST_CASE("late offsets of an aborted transaction are refused", "[contract][model]") {
  ScriptedNetwork network;
  World world(network);
  const auto factory = world.kafka.outputs(options());
  const auto output = std::move(factory->createOutput().value());
  REQUIRE(output->init(30s).ok());
  REQUIRE(output->begin().ok());
  network.next(RequestKind::kTxnOffsetCommit, late(20s));
  const PartitionOffset offset{kIn, Offset(1)};
  REQUIRE(output->commit({&offset, 1}, "m", 1s).reaction() == Reaction::kRetry);
  REQUIRE(output->abort(30s).ok());  // legal here: nothing of the commit was sent but offsets
  world.clock.advance(1min);
  const auto committed = world.kafka.cluster("app")->committed(std::span(&kIn, 1), 1s);
  REQUIRE(committed.ok());  // else they would be pending for ever
  CHECK_FALSE(committed->front().offset);
}

TEST_CASE("random faults leave every batch shown once", "[contract][model]") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    INFO("seed " << seed);
    RandomNetwork network(seed);
    World world(network);
    Application(world.kafka, world.clock).run(10);
    world.checkOnce(10);
  }
}

}  // namespace lockstep::memory
