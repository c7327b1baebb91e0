#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/hash.hpp>
#include <lockstep/model/internal_topics.hpp>

#include "src/runtime/state_engine.hpp"
#include "tests/support/log_input.hpp"

namespace lockstep::test {

/// An application with one stateful operator, two shards, and its changelog in memory: computes,
/// commits, aborts batches; writes checkpoints; restarts. The value "-" removes a key.
class StateBench {
 public:
  using Changes = std::vector<std::pair<std::string, std::string>>;

  StateBench() {
    declaration.id = "counts";
    declaration.shards = 2;
    declaration.kind = "updateStateByKey";
    declaration.key_type = "string";
    declaration.value_type = "long";
  }

  /// A new process: state from `store` and the changelog.
  Result<RestoreReport> restart(std::unique_ptr<CheckpointStore> store) {
    open_.clear();
    state.reset();
    state = makeStateEngine(application, {declaration}, std::move(store), clock, residence);
    return state->restore(target(), logs, std::chrono::seconds(1));
  }

  StateTarget target() {
    StateTarget target;
    target.batch = committed;
    target.inputs = {
        {{"in", Partition{0}}, Offset(static_cast<std::int64_t>(committed.value()) + input_shift)}};
    target.now = clock.wallNow();
    for (std::uint32_t i = 0; i < declaration.shards; ++i) {
      const auto end = logs.end(partition(i));
      target.changelogs.push_back({partition(i), topic_id, logs.start(partition(i)), end,
                                   Offset(end.value() + known_ahead), retention});
    }
    return target;
  }

  /// Computes the next batch and leaves it undecided.
  void compute(const Changes& changes) {
    const BatchId id = next(open_.empty() ? committed : open_.back().id);
    const BatchTime time(std::chrono::seconds(id.value()));
    for (const auto& [key, value] : changes) {
      const StateKey touched{key, murmur2(key)};
      StateEntry* entry = nullptr;
      auto& shard = state->shard("counts", shardOf(key));
      LOCKSTEP_CHECK(shard.touch(id, time, {&touched, 1}, &entry).ok(), "the store can be read");
      if (value == "-") {
        shard.remove(*entry);
      } else {
        shard.assign(*entry, value);
      }
    }
    auto& batch = open_.emplace_back();
    batch.id = id;
    batch.sealed.resize(declaration.shards);
    for (std::uint32_t i = 0; i < declaration.shards; ++i) {
      state->seal(id, "counts", ShardId{i}, batch.sealed[i]);
    }
  }

  /// Commits the earliest undecided batch: its records reach the changelog.
  void commit() {
    auto& batch = open_.front();
    for (std::uint32_t i = 0; i < declaration.shards; ++i) {
      logs.append(partition(i), batch.sealed[i].records());
      state->confirm(batch.id, "counts", ShardId{i});
    }
    committed = batch.id;
    open_.erase(open_.begin());
  }

  void rollbackAll() {
    for (; !open_.empty(); open_.pop_back()) {
      for (std::uint32_t i = 0; i < declaration.shards; ++i) {
        state->rollback(open_.back().id, "counts", ShardId{i});
      }
    }
  }

  void batch(const Changes& changes) {
    compute(changes);
    commit();
  }

  /// A part of the keys due is prepared; whether there are more.
  bool prepare() {
    bool more = false;
    for (std::uint32_t i = 0; i < declaration.shards; ++i)
      more = state->prepareCheckpoint("counts", ShardId{i}) || more;
    return more;
  }
  [[nodiscard]] CheckpointPoint point() {
    CheckpointPoint point{committed, target().inputs, {}, clock.wallNow()};
    for (const auto& log : target().changelogs) {
      point.changelog_ends.push_back({log.partition, log.high_watermark});
    }
    return point;
  }
  Status checkpoint() {
    const auto here = point();
    for (bool more = true; more;) {
      more = prepare();
      LOCKSTEP_TRY(state->writeCheckpoint(here, more));
    }
    return {};
  }

  /// Key -> value and time of last touch, over all shards.
  using Items = std::map<std::string, std::pair<std::string, BatchTime>>;
  Items items() {
    Items items;
    for (std::uint32_t i = 0; i < declaration.shards; ++i) {
      StateShard::Item found[16];
      std::uint64_t cursor = 0;
      while (const auto count = state->shard("counts", ShardId{i}).scan(cursor, found).value()) {
        for (std::size_t k = 0; k < count; ++k) {
          items[std::string(found[k].key.bytes)] = {std::string(found[k].entry->value()),
                                                    found[k].touched};
        }
      }
    }
    return items;
  }
  std::map<std::string, std::string> keys() {
    std::map<std::string, std::string> keys;
    for (const auto& [key, item] : items()) keys[key] = item.first;
    return keys;
  }
  std::size_t logRecords() {
    std::size_t records = 0;
    for (std::uint32_t i = 0; i < declaration.shards; ++i) records += logs.size(partition(i));
    return records;
  }
  [[nodiscard]] TopicPartition partition(std::uint32_t shard) const {
    return {changelogTopic(application, "counts"), Partition{static_cast<std::int32_t>(shard)}};
  }
  [[nodiscard]] ShardId shardOf(std::string_view key) const {
    return ShardId{partitionOfHash(murmur2(key), declaration.shards)};
  }

  std::string application = "app";
  StateDeclaration declaration;
  StateResidence residence;
  std::string topic_id = "id-1";
  std::chrono::milliseconds retention = std::chrono::hours(24 * 7);
  std::int64_t input_shift = 0;  ///< added to the committed input offset
  std::int64_t known_ahead = 0;  ///< what the ledger knows beyond the changelogs' ends
  LogClock clock;
  LogInputs logs;
  BatchId committed{0};
  std::unique_ptr<StateBackend> state;

 private:
  struct Open {
    BatchId id;
    std::vector<RecordBatch> sealed;
  };
  std::vector<Open> open_;
};

}  // namespace lockstep::test
