#pragma once

#include <string_view>

#include <rocksdb/db.h>

#include <lockstep/ports/checkpoint_store.hpp>

namespace lockstep {

/// One shard's keys in the database, for reading. Thread: any; the families stay while it reads.
struct StoredShard {
  rocksdb::DB* db;
  rocksdb::ColumnFamilyHandle* pages;    ///< null: nothing was ever written there
  rocksdb::ColumnFamilyHandle* singles;  ///< likewise
  ShardId shard;
  std::string_view folder;  ///< for messages
};

/// CheckpointStore::read() and find(). No key has a value in both families.
Status readStored(const StoredShard& from, CheckpointStore::Part part,
                  const CheckpointStore::Sink& sink);
Status findStored(const StoredShard& from, std::span<const StateKey> keys,
                  const CheckpointStore::Sink& sink);

}  // namespace lockstep
