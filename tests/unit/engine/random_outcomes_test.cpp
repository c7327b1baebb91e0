// Seeded walks: commands are answered in any order across roles, with any outcome that the contract
// allows, and processes die anywhere. The committed ranges tile, batch ids count up by one, batch
// times never go back, and once the faults stop the input is worked off.
#include <random>

#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// What readers of the ledger would check after every commit.
struct Tiling {
  BatchPlan last;

  void see(const command::CommitTransaction& transaction) {
    if (!transaction.ledger || transaction.ledger->kind != LedgerKind::kBatch) return;
    const auto& plan = transaction.ledger->batch;
    REQUIRE(plan.id.value() == last.id.value() + 1);
    REQUIRE(plan.time >= last.time);
    for (const auto& range : plan.ranges) {
      for (const auto& before : last.ranges) {
        if (before.partition == range.partition) REQUIRE(range.from == before.until);
      }
    }
    last = plan;
  }
};

class Walk {
 public:
  Walk(unsigned seed, bool side_effects) : random_(seed), options_(EngineDriver::options()) {
    options_.state = {{"counts", 2, "updateStateByKey", "string", "long", ""}};
    options_.max_records_per_partition = 7;
    options_.side_effects = side_effects;
    options_.idle_batches = !side_effects;
    options_.nonce = Nonce{seed + 1};
    begin(std::nullopt);
  }

  void run() {
    for (int step = 0; step < 600; ++step) {
      if (chance(4)) grow();
      if (chance(150) || driver_->stopped) restart();
      if (!answerOne()) pass(milliseconds(chance(5) ? 3'000 : 100));
    }
    settleDown();
  }

 private:
  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  void begin(std::optional<FakeCluster> cluster) {
    driver_.emplace(options_);
    if (cluster) driver_->cluster = std::move(*cluster);
    driver_->now = now_;
    driver_->wall = wall_;
    for (const auto* kind :
         {"init", "read", "create", "claim", "plan", "batch", "keepalive", "ends", "inputs",
          "assign", "restore", "run", "rollback", "checkpoint"}) {
      driver_->hold(kind);
    }
    driver_->start();
  }

  void restart() {
    // Only faults of the outside may stop a process.
    if (driver_->stopped && !driver_->stopped->status.ok()) {
      CAPTURE(driver_->stopped->status.toString());
      const auto code = driver_->stopCode();
      REQUIRE((code == "E220" || code == "E201" || code == "E202"));
    }
    options_.nonce = Nonce{options_.nonce.value() + 1000};
    auto cluster = driver_->cluster;
    begin(std::move(cluster));
  }

  void grow() {
    auto& end = driver_->cluster.end("in", chance(2) ? 0 : 1);
    end = Offset{end.value() + static_cast<std::int64_t>(random_() % 12)};
  }

  void pass(milliseconds duration) {
    driver_->advance(duration);
    now_ = driver_->now;
    wall_ = driver_->wall;
  }

  /// Answers one of the unanswered commands, chosen by the seed.
  bool answerOne() {
    if (driver_->has<command::CommitTransaction>() && chance(2)) return endTransaction();
    if (driver_->has<command::RunBatch>() && chance(2)) return endRun();
    // Everything else is answered by the driver, or fails for a moment.
    if (driver_->has<command::InitProducer>() && chance(6)) {
      driver_->take<command::InitProducer>();
      driver_->feed(event::ProducerReady{unknown()});
      return true;
    }
    return driver_->answerAny(random_(), {"claim", "plan", "batch", "keepalive", "run"});
  }

  bool endTransaction() {
    auto transaction = driver_->take<command::CommitTransaction>();
    event::TransactionEnded ended;
    if (transaction.ledger) ended.ledger_hash = ledgerHash(encode(*transaction.ledger));
    const auto outcome = random_() % 12;
    const bool happens = outcome < 6 || outcome == 7 || outcome == 9;
    if (happens) {
      tiling_.see(transaction);
      driver_->cluster.commit(transaction);
    }
    if (outcome == 5) ended.dirty = true;
    if (outcome == 6 || outcome == 7) ended.status = unknown();
    if (outcome == 8 || outcome == 9) ended.status = fenced();
    if (outcome >= 10) ended.status = abortedStatus();
    driver_->feed(ended);
    return true;
  }

  bool endRun() {
    const auto run = driver_->take<command::RunBatch>();
    auto computed = driver_->compute(run);
    if (chance(10)) computed.status = Status::retry("not read");
    driver_->feed(computed);
    return true;
  }

  void settleDown() {
    if (driver_->stopped) restart();
    driver_->releaseAll();
    driver_->settle();
    for (int i = 0; i < 60; ++i) pass(seconds(1));
    if (driver_->stopped) {  // a budget spent by the faults: the service manager restarts it
      restart();
      driver_->releaseAll();
      driver_->settle();
      for (int i = 0; i < 60; ++i) pass(seconds(1));
    }
    REQUIRE_FALSE(driver_->stopped);
    for (const int partition : {0, 1}) {
      CHECK(driver_->committedAt("in", partition) == driver_->cluster.end("in", partition));
    }
  }

  std::mt19937 random_;
  EngineOptions options_;
  std::optional<EngineDriver> driver_;
  Tiling tiling_;
  Instant now_{seconds(1000)};
  WallTime wall_{milliseconds(1'700'000'000'100)};
};

}  // namespace

TEST_CASE("whatever the outcomes and their order, committed ranges tile and progress resumes",
          "[unit][engine][random_outcomes]") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Walk(seed, seed % 3 == 0).run();
  }
}
