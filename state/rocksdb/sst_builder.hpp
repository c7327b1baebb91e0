#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/options.h>

#include <lockstep/base/arena.hpp>
#include <lockstep/ports/state_table.hpp>

namespace lockstep {

/// Keys and values as they lie in the database (docs/formats.md, "Checkpoint").
[[nodiscard]] std::string_view storedKey(Arena& arena, ShardId shard, const StateKey& key);
/// Before every key of the shard with that hash; behind every key of the shard.
[[nodiscard]] std::string storedPrefix(ShardId shard, std::uint32_t hash);
[[nodiscard]] std::string shardEnd(ShardId shard);
/// False when the bytes are of no known version. Views point into the arguments.
[[nodiscard]] bool decodeStored(std::string_view key, std::string_view value, KeyedValue& out);

/// Collects values of one column family and writes them, sorted, as one file that the database
/// takes over whole: a tenth of the cost of putting them one by one. Memory: the values.
class SstBuilder {
 public:
  void add(ShardId shard, const KeyedValue& value);
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// Writes the file and syncs it. Of values of the same key the last one counts. Forgets them all,
  /// also on errors.
  rocksdb::Status write(const std::string& path, const rocksdb::Options& options);

 private:
  struct Entry {
    std::string_view key;
    std::string_view value;
    bool removed = false;
  };
  [[nodiscard]] std::vector<std::uint32_t> sorted() const;

  Arena arena_;
  std::vector<Entry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace lockstep
