#pragma once

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/engine/fake_cluster.hpp"

namespace lockstep::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Runs an Engine by hand: a manual clock, a fake cluster, and all unanswered commands. settle()
/// answers what is not held, as a healthy world would; a test holds the kinds of command that it
/// wants to answer itself.
///
/// Names in `log` and hold(): init read create claim plan batch keepalive ends identify inputs
/// assign restore run confirm rollback checkpoint claimed report stop; batches with their id: "run
/// 1".
class EngineDriver {
 public:
  explicit EngineDriver(EngineOptions options);

  static EngineOptions options();  ///< application "app", topic "in" with 2 partitions -> "out"
  static EngineOptions statefulOptions();  ///< the same with state "counts" of 2 shards

  /// Granted by start(); none = nothing is granted.
  std::optional<Ownership> owned = Ownership{};
  FakeCluster cluster;
  std::vector<std::string> log;
  std::vector<std::string> reports;
  std::optional<command::Stop> stopped;
  /// What a run batch answers; by default ok, with effects when it has input.
  std::function<event::BatchComputed(const command::RunBatch&)> compute;
  std::uint64_t restored_tail = 0;  ///< bytes of changelogs that a restore replays

  /// Starts the engine and answers until nothing is left but time.
  EngineDriver& start();
  EngineDriver& settle();
  /// Feeds one event, answers what follows.
  EngineDriver& feed(Event::Body body);
  /// Lets time pass, waking the engine whenever it wants.
  EngineDriver& advance(std::chrono::nanoseconds duration);
  EngineDriver& tick() { return advance(options_.batch_interval); }

  void hold(const std::string& kind) { held_.insert(kind); }
  void release(const std::string& kind) { held_.erase(kind); }
  void releaseAll() { held_.clear(); }
  /// Answers one unanswered command, chosen by `number`, unless its kind is in `except`. Within a
  /// role the order stays. False: there is none.
  bool answerAny(std::uint64_t number, const std::set<std::string>& except);

  /// The unanswered command of this type; fails the test when there is none.
  template <class T>
  T take() {
    for (auto it = pending_.begin(); it != pending_.end(); ++it) {
      if (auto* command = std::get_if<T>(&*it)) {
        T taken = std::move(*command);
        pending_.erase(it);
        return taken;
      }
    }
    FAIL("no such command is unanswered; log: " << text());
    throw 0;
  }
  template <class T>
  [[nodiscard]] bool has() const {
    for (const auto& command : pending_) {
      if (std::holds_alternative<T>(command)) return true;
    }
    return false;
  }
  /// The transaction under way happens, or not; the engine gets `status`.
  EngineDriver& endTransaction(bool happens, Status status, bool dirty = true);
  /// The log since the last call, joined with spaces.
  std::string text();
  [[nodiscard]] const command::CommitTransaction& lastTransaction() const { return last_; }
  [[nodiscard]] std::string stopCode() const {
    return stopped && !stopped->status.ok() ? stopped->status.info().code : "";
  }
  [[nodiscard]] Offset committedAt(const std::string& topic, std::int32_t partition) {
    return *cluster.offsetOf(topic, partition).offset;
  }
  Engine engine;
  Instant now{seconds(1000)};
  WallTime wall{milliseconds(1'700'000'000'100)};  ///< the next tick is 400 ms away

 private:
  void accept(std::vector<Command> commands);
  bool answerOne();
  [[nodiscard]] std::optional<Event::Body> answer(const Command& command);
  [[nodiscard]] static std::string kindOf(const Command& command);

  EngineOptions options_;
  std::deque<Command> pending_;
  std::set<std::string> held_;
  command::CommitTransaction last_;
};

/// A time-out without an answer; a dead producer; a certain abort.
inline Status unknown() { return Status::retry("timed out"); }
inline Status fenced() { return Status(Reaction::kFatal, "fenced"); }
inline Status abortedStatus() { return Status::abort("aborted"); }

/// What a test wants to know of the plans that are run, in order. The driver outlives it, and runs
/// nothing afterwards.
class PlanLog {
 public:
  PlanLog(EngineDriver& driver, std::function<std::string(const BatchPlan&)> describe) {
    driver.compute = [this, describe = std::move(describe),
                      before = driver.compute](const command::RunBatch& run) {
      batches.push_back(describe(run.plan));
      return before(run);
    };
  }
  PlanLog(const PlanLog&) = delete;
  PlanLog& operator=(const PlanLog&) = delete;

  std::vector<std::string> batches;
};

}  // namespace lockstep::test
