#include "state/rocksdb/stored_reads.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "state/rocksdb/rocksdb_errors.hpp"
#include "state/rocksdb/sst_builder.hpp"

namespace lockstep {
namespace {

constexpr std::size_t kReadChunk = 1024;
constexpr std::size_t kReadahead = 1 << 20;

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

Status unknownVersion(const std::string& folder) {
  return damaged(folder, "a value of an unknown version");
}

}  // namespace

Status readStored(const StoredShard& from, CheckpointStore::Part part,
                  const CheckpointStore::Sink& sink) {
  const std::string until = shardEnd(from.shard);
  const rocksdb::Slice end(until);
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  // Reading ahead pays for long walks only.
  options.readahead_size = part.count > 16 * kReadChunk ? kReadahead : 0;
  options.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> entry(from.db.NewIterator(options, from.family));
  Arena bytes;
  std::vector<KeyedValue> chunk;
  std::size_t taken = 0;
  std::uint32_t last = 0;
  for (entry->Seek(storedPrefix(from.shard, part.hash)); entry->Valid(); entry->Next()) {
    KeyedValue value;
    if (!decodeStored(view(entry->key()), view(entry->value()), value))
      return unknownVersion(from.folder);
    if (taken >= part.count && value.key.hash != last) break;
    ++taken;
    last = value.key.hash;
    value.key.bytes = bytes.copy(value.key.bytes);
    value.value = bytes.copy(*value.value);
    chunk.push_back(value);
    if (chunk.size() < kReadChunk) continue;
    sink(chunk);
    chunk.clear();
    bytes.clear();
  }
  LOCKSTEP_TRY(fromRocksdb(entry->status(), from.folder));
  if (!chunk.empty()) sink(chunk);
  return {};
}

Status findStored(const StoredShard& from, std::span<const StateKey> keys,
                  const CheckpointStore::Sink& sink) {
  rocksdb::ReadOptions options;
  options.async_io = false;
  Arena bytes;
  std::vector<rocksdb::Slice> stored;
  std::vector<rocksdb::PinnableSlice> values(std::min(keys.size(), kReadChunk));
  std::vector<rocksdb::Status> found(values.size());
  std::vector<KeyedValue> chunk;
  for (std::size_t first = 0; first < keys.size(); first += kReadChunk) {
    const auto some = keys.subspan(first, std::min(kReadChunk, keys.size() - first));
    bytes.clear();
    stored.clear();
    chunk.clear();
    for (const StateKey& key : some) stored.push_back(slice(storedKey(bytes, from.shard, key)));
    from.db.MultiGet(options, from.family, some.size(), stored.data(), values.data(), found.data(),
                     true);
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (found[i].IsNotFound()) continue;
      LOCKSTEP_TRY(fromRocksdb(found[i], from.folder));
      KeyedValue& value = chunk.emplace_back();
      if (!decodeStored(view(stored[i]), view(values[i]), value))
        return unknownVersion(from.folder);
    }
    if (!chunk.empty()) sink(chunk);
    for (auto& value : values) value.Reset();
  }
  return {};
}

}  // namespace lockstep
