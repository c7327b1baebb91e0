#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/base/units.hpp>
#include <lockstep/model/cluster.hpp>
#include <lockstep/model/guarantee.hpp>
#include <lockstep/model/ids.hpp>
#include <lockstep/ports/state_backend.hpp>

#include "src/engine/rate_control.hpp"

namespace lockstep {

/// Where a topic without a committed position starts.
enum class StartFrom { kEarliest, kLatest, kStop };

/// What the engine has to know of the application: its identity, its topics, its limits. Constant.
struct EngineOptions {
  struct InputTopic {
    std::string topic;
    StartFrom start = StartFrom::kEarliest;
    std::string pattern = {};  ///< of the pattern that it matches; "" = named
  };
  /// Topics that are not named: whatever matches `text` is an input. The reader of the cluster
  /// matches (event::MatchedTopic), the engine only compares the text.
  struct InputPattern {
    std::string text;
    /// For what matches at the pattern's first start; a topic that comes later is read from its
    /// beginning.
    StartFrom start = StartFrom::kEarliest;
  };

  std::string application;
  std::vector<InputTopic> inputs;
  /// An input that a table is made of, and the id of the table's state.
  struct TableTopic {
    std::string topic;
    std::string state_id;
  };
  /// At each start these are read to what was their end then, before any other input.
  std::vector<TableTopic> tables;
  std::vector<InputPattern> patterns;
  /// Topics that receivers and file readers keep for the application: made when the ledger does
  /// not list them. What of them is read is among `inputs`, too; what is compacted holds positions.
  std::vector<NewTopic> source_topics;
  std::vector<std::string> outputs;  ///< dead letter topic included
  std::vector<StateDeclaration> state;
  bool side_effects = false;  ///< outputs outside Kafka: every batch's plan is committed first
  bool writes_files = false;  ///< those of the last batches are completed before the first one
  /// Whether a batch without input can have effects: windows, visits of idle keys, time-outs,
  /// foreachRDD. Otherwise a tick without input runs nothing.
  bool idle_batches = true;
  /// The windows' boundaries are multiples of this; zero without windows.
  std::chrono::milliseconds window_slide{0};
  /// So many boundaries a batch may close; if more are open, batches without input go ahead.
  std::int64_t boundaries_max = 1000;
  /// No later tick comes due before event::TickReleased allows it: for tests that say which records
  /// and which time a batch has, whatever happens meanwhile; tables then do not go ahead of other
  /// inputs at a start. None: every tick comes due by itself.
  std::optional<BatchTime> ticks_until;
  std::uint64_t graph_hash = 0;  ///< recognises another graph when a plan is open; informs only

  Nonce nonce;  ///< 64 random bits of this process
  std::chrono::milliseconds batch_interval{500};
  bool catch_up_whole = false;  ///< Spark's single large batch instead of bounded spans
  std::optional<std::int64_t> max_records_per_partition;  ///< per batch
  RateOptions rate;
  std::chrono::milliseconds checkpoint_interval{10'000};
  /// Beyond it a checkpoint is written early, so that a recovery has less to replay.
  Bytes changelog_tail_max{std::uint64_t{128} << 20};
  Bytes state_memory_limit{std::uint64_t{1} << 30};
  /// Output in memory: half each of the batch being committed and of the one above it.
  Bytes output_queue_bytes_max{std::uint64_t{64} << 20};
  std::chrono::milliseconds start_timeout{30'000};
  std::chrono::milliseconds commit_timeout{60'000};
  std::chrono::milliseconds transaction_timeout{60'000};
  std::uint64_t ledger_batches = 100'000;
  Guarantee guarantee = Guarantee::kExactlyOnce;

  bool until_end = false;
  bool flush = false;  ///< with until_end: a last batch flushes the windows in event time
  bool takeover = false;
  bool accept_changed_plan = false;
  /// What is committed may be older than what was written: the ledger and the state run ahead.
  [[nodiscard]] bool atLeastOnce() const { return guarantee == Guarantee::kAtLeastOnce; }
  /// A quarter of the state's memory: dirty entries beyond it are written early, undecided ones
  /// beyond it are taken back.
  [[nodiscard]] std::uint64_t stateShare() const { return state_memory_limit.count / 4; }
  /// Whether it matters that a partition has nothing more: watermarks leave such ones out.
  [[nodiscard]] bool keepsWatermarks() const {
    return std::any_of(state.begin(), state.end(),
                       [](const auto& one) { return one.kind == "watermark"; });
  }

  /// A marker of an earlier stop with 73: the winner's nonce.
  std::optional<Nonce> yield_to;
};

}  // namespace lockstep
