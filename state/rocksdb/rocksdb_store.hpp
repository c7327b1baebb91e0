#pragma once

#include <memory>
#include <string>

#include <lockstep/ports/checkpoint_store.hpp>

namespace lockstep {

/// Checkpoints in one RocksDB database under `state_dir`/checkpoint; the only place that knows
/// RocksDB. docs/formats.md, "Checkpoint", has the bytes.
///
/// Values go in as sorted files, one column family per operator: each file is synced before the
/// database takes it over, and the database syncs its own list of files. The positions are one key
/// of the default column family, through the write-ahead log, synced. So values never pass a
/// memtable or the log, and an idle database holds a few hundred kilobytes.
///
/// A new folder is only locked; the first write makes the database in it.
///
/// A database that cannot be read is moved to checkpoint.damaged and a new one begun.
class RocksdbStore final : public CheckpointStore {
 public:
  static constexpr std::size_t kMemory = 32 << 20;
  /// `memory` bounds, half and half, what it caches of the files and the values that it collects
  /// for the next one.
  explicit RocksdbStore(std::string state_dir, std::size_t memory = kMemory);
  ~RocksdbStore() override;

  Result<std::string> open() override;
  Result<std::optional<std::string>> positions() override;
  Status clear() override;
  Status forget(std::string_view operator_id) override;
  Status write(std::string_view operator_id, ShardId shard,
               std::span<const KeyedValue> values) override;
  Status sync() override;
  Status commit(std::string_view positions) override;
  Status read(std::string_view operator_id, ShardId shard, Part part, const Sink& sink) override;
  Status find(std::string_view operator_id, ShardId shard, std::span<const StateKey> keys,
              const Sink& sink) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
