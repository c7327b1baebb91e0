#include "state/rocksdb/stored_key.hpp"

#include <algorithm>

#include <lockstep/formats/big_endian.hpp>

#include "state/rocksdb/packed_page.hpp"

namespace lockstep {
namespace {

constexpr char kValueVersion = 1;
constexpr std::size_t kPrefix = 4 + 4;
constexpr std::size_t kValueHeader = 1 + 8;

char* putKey(char* place, ShardId shard, const StateKey& key) {
  storeBigEndian(place, shard.value());
  storeBigEndian(place + 4, key.hash);
  return std::copy(key.bytes.begin(), key.bytes.end(), place + kPrefix);
}

}  // namespace

std::string storedPrefix(ShardId shard, std::uint32_t hash) {
  std::string prefix(kPrefix, '\0');
  putKey(prefix.data(), shard, {{}, hash});
  return prefix;
}

std::string shardEnd(ShardId shard) { return storedPrefix(ShardId{shard.value() + 1}, 0); }

std::string pageKey(ShardId shard, std::uint32_t hash) {
  return storedPrefix(shard, pageOf(hash) << (32 - kPageBits));
}

std::uint64_t prefixOf(std::string_view stored_key) { return loadBigEndian64(stored_key.data()); }

std::string_view storedKey(Arena& arena, ShardId shard, const StateKey& key) {
  const std::size_t size = kPrefix + key.bytes.size();
  char* place = arena.allocate(size);
  putKey(place, shard, key);
  return {place, size};
}

std::string_view storedValue(Arena& arena, const KeyedValue& value) {
  const std::size_t size = kValueHeader + value.value->size();
  char* place = arena.allocate(size);
  place[0] = kValueVersion;
  storeBigEndian(place + 1, static_cast<std::uint64_t>(value.touched.time_since_epoch().count()));
  std::copy(value.value->begin(), value.value->end(), place + kValueHeader);
  return {place, size};
}

bool decodeStored(std::string_view key, std::string_view value, KeyedValue& out) {
  if (key.size() < kPrefix || value.size() < kValueHeader) return false;
  if (value.front() != kValueVersion) return false;
  const auto touched = static_cast<std::int64_t>(loadBigEndian64(value.data() + 1));
  const auto hash = loadBigEndian32(key.data() + 4);
  key.remove_prefix(kPrefix);
  value.remove_prefix(kValueHeader);
  out = {{key, hash}, value, BatchTime(std::chrono::milliseconds(touched))};
  return true;
}

}  // namespace lockstep
