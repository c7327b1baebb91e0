#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <lockstep/ports/changelog.hpp>
#include <lockstep/ports/checkpoint_store.hpp>
#include <lockstep/ports/state_backend.hpp>
#include <lockstep/rdd/task_runner.hpp>

#include "state/checkpoint/shard_state.hpp"

namespace lockstep {

/// One stateful operator and its shards.
struct OperatorState {
  StateDeclaration declaration;
  std::deque<ShardState> shards;  ///< never moves: workers hold references
};

/// How much of the state is kept in memory, and who restores it.
struct StateResidence {
  /// Bytes of all tables beyond which clean entries are evicted; 0 = everything stays.
  std::uint64_t table_bytes_max = 0;
  /// Restores shards side by side; null = one after the other.
  TaskRunner* runner = nullptr;
  /// Keys that all shards together hand over to a checkpoint at once: some ten milliseconds.
  std::size_t checkpoint_part = 128 * 1024;
};

/// The application's state, put together from its parts: tables in memory, a changelog, a
/// checkpoint store. The rules of when is in StateBackend; restore.hpp has the rules of recovery.
///
/// Without a store nothing is kept on a disk (tests, `lockstep try`): every restore reads the whole
/// changelog, and a checkpoint is a formality.
class ShardedState final : public StateBackend {
 public:
  /// `store` may be null.
  struct Parts {
    std::unique_ptr<StateTableFactory> tables;
    std::unique_ptr<Changelog> changelog;
    std::unique_ptr<CheckpointStore> store;
    StateResidence residence = {};
  };
  ShardedState(std::string application, std::vector<StateDeclaration> declarations, Parts parts);

  [[nodiscard]] StateShard& shard(std::string_view operator_id, ShardId shard) override;

  Result<RestoreReport> restore(const StateTarget& target, InputFactory& inputs,
                                std::chrono::nanoseconds patience) override;
  void seal(BatchId batch, std::string_view operator_id, ShardId shard, RecordBatch& out) override;
  void confirm(BatchId batch, std::string_view operator_id, ShardId shard) override;
  void rollback(BatchId batch, std::string_view operator_id, ShardId shard) override;
  bool prepareCheckpoint(std::string_view operator_id, ShardId shard) override;
  Status writeCheckpoint(const CheckpointPoint& point, bool more) override;

  [[nodiscard]] const std::vector<StateDeclaration>& declarations() const override {
    return declarations_;
  }
  [[nodiscard]] std::uint64_t keys() const override;
  [[nodiscard]] std::uint64_t bytes() const override;
  [[nodiscard]] StateMemory memory(BatchId batch) const override;

 private:
  /// Makes the table smaller by its share of what all have too much.
  void evict(StateTable& table) const;
  [[nodiscard]] ShardState& find(std::string_view operator_id, ShardId shard);
  Status writeValues(const CheckpointPoint& point, bool more);
  /// How many keys each shard hands over next: all alike in a checkpoint's first part, which often
  /// is all of it; then (`more`) as few shards as the workers need to be busy, so that a part is a
  /// narrow piece of the key space.
  void share(bool more);
  /// The record that makes a checkpoint of `point`, with what the shards handed over last.
  [[nodiscard]] std::string positions(const CheckpointPoint& point,
                                      const std::vector<const Handover*>& handovers) const;

  const std::string application_;
  const std::vector<StateDeclaration> declarations_;
  const Parts parts_;
  std::deque<OperatorState> operators_;
  std::size_t shards_ = 0;  ///< of all operators
  /// As restore() saw them; constant afterwards.
  std::vector<StateTarget::Changelog> changelogs_;
};

}  // namespace lockstep
