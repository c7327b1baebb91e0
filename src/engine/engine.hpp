#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/engine/commands.hpp"
#include "src/engine/events.hpp"

namespace lockstep {

/// Where a topic without a committed position starts.
enum class StartFrom { kEarliest, kLatest, kStop };

/// What the engine has to know of the application: its identity, its topics, its limits.
struct EngineOptions {
  struct InputTopic {
    std::string topic;
    StartFrom start = StartFrom::kEarliest;
  };

  std::string application;
  std::vector<InputTopic> inputs;
  std::vector<std::string> outputs;  ///< dead letter topic included
  std::vector<StateDeclaration> state;
  bool side_effects = false;  ///< outputs outside Kafka: every batch's plan is committed first

  Nonce nonce;  ///< 64 random bits of this process
  std::chrono::milliseconds batch_interval{500};
  bool catch_up_whole = false;  ///< Spark's single large batch instead of bounded spans
  std::optional<std::int64_t> max_records_per_partition;  ///< per batch
  std::optional<double> max_rate_per_partition;           ///< records per second
  std::chrono::milliseconds checkpoint_interval{10'000};
  std::chrono::milliseconds start_timeout{30'000};
  std::chrono::milliseconds commit_timeout{60'000};
  std::chrono::milliseconds transaction_timeout{60'000};
  std::uint64_t ledger_batches = 100'000;

  bool until_end = false;
  bool takeover = false;
  bool accept_changed_plan = false;
  /// A marker of an earlier stop with 73: the winner's nonce.
  std::optional<Nonce> yield_to;
};

/// The sans-IO core of Lockstep: decides what happens when. One single-threaded event loop without
/// clock, thread, random number, file or socket inside: `on(Event) -> Commands`.
/// docs/architecture.md tells a batch's whole way; docs/guarantees.md the rules that the engine
/// keeps.
///
/// Thread  One at a time. Deterministic: the same events give the same commands.
/// Life    start(), then on() for every event until a Stop command came out.
class Engine {
 public:
  explicit Engine(EngineOptions options);
  ~Engine();

  /// The first commands. REQUIRES: called once, before on().
  [[nodiscard]] std::vector<Command> start(Instant now, WallTime wall);

  /// Takes a fact, gives what follows from it. Illegal moves abort the process (LOCKSTEP_CHECK).
  [[nodiscard]] std::vector<Command> on(const Event& event);

  /// When the engine wants a TimePassed event, if nothing else happens before.
  [[nodiscard]] std::optional<Instant> wakeAt() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
