#pragma once

#include <rocksdb/db.h>

#include <lockstep/ports/checkpoint_store.hpp>

namespace lockstep {

/// One shard's keys in the database, for reading. Thread: any; the family stays while it reads.
struct StoredShard {
  rocksdb::DB& db;
  rocksdb::ColumnFamilyHandle* family;
  ShardId shard;
  const std::string& folder;  ///< for messages
};

/// CheckpointStore::read() and find().
Status readStored(const StoredShard& from, CheckpointStore::Part part,
                  const CheckpointStore::Sink& sink);
Status findStored(const StoredShard& from, std::span<const StateKey> keys,
                  const CheckpointStore::Sink& sink);

}  // namespace lockstep
