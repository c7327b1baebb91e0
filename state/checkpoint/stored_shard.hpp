#pragma once

#include <string>

#include <lockstep/ports/checkpoint_store.hpp>
#include <lockstep/ports/state_table.hpp>

namespace lockstep {

/// What a checkpoint store holds of one shard, for its table. While batches run nothing can be
/// built again from the changelog: a store that is damaged is an error like any other then (E704).
class StoredShard final : public StoredKeys {
 public:
  /// `store` lives longer.
  StoredShard(CheckpointStore& store, std::string operator_id, ShardId shard)
      : store_(store), operator_id_(std::move(operator_id)), shard_(shard) {}

  Status find(std::span<const StateKey> keys, const Sink& sink) override {
    return final(store_.find(operator_id_, shard_, keys, sink));
  }
  Status read(std::uint32_t hash, std::size_t count, const Sink& sink) override {
    return final(store_.read(operator_id_, shard_, {hash, count}, sink));
  }

 private:
  static Status final(Status status) {
    if (status.ok() || status.reaction() == Reaction::kFatal) return status;
    return Status::fatal(ExitCode::kDisk, "E704", status.message(),
                         "stop, delete the folder, start again: the state is built from the "
                         "changelog");
  }

  CheckpointStore& store_;
  const std::string operator_id_;
  const ShardId shard_;
};

}  // namespace lockstep
