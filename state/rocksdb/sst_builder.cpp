#include "state/rocksdb/sst_builder.hpp"

#include <algorithm>
#include <cstring>

#include <rocksdb/sst_file_writer.h>

#include <lockstep/base/check.hpp>

namespace lockstep {
namespace {

constexpr char kValueVersion = 1;
constexpr std::size_t kPrefix = 4 + 4;
constexpr std::size_t kValueHeader = 1 + 8;

template <class Integer>
void putBigEndian(char* place, Integer number) {
  for (std::size_t i = sizeof number; i > 0; --i, number >>= 8) {
    place[i - 1] = static_cast<char>(number & 0xff);
  }
}

template <class Integer>
Integer getBigEndian(const char* place) {
  Integer number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number = number << 8 | static_cast<unsigned char>(place[i]);
  return number;
}

char* putKey(char* place, ShardId shard, const StateKey& key) {
  putBigEndian(place, shard.value());
  putBigEndian(place + 4, key.hash);
  return std::copy(key.bytes.begin(), key.bytes.end(), place + kPrefix);
}

}  // namespace

std::string storedPrefix(ShardId shard, std::uint32_t hash) {
  std::string prefix(kPrefix, '\0');
  putKey(prefix.data(), shard, {{}, hash});
  return prefix;
}

std::string shardEnd(ShardId shard) { return storedPrefix(ShardId{shard.value() + 1}, 0); }

std::string_view storedKey(Arena& arena, ShardId shard, const StateKey& key) {
  const std::size_t size = kPrefix + key.bytes.size();
  char* place = arena.allocate(size);
  putKey(place, shard, key);
  return {place, size};
}

bool decodeStored(std::string_view key, std::string_view value, KeyedValue& out) {
  if (key.size() < kPrefix || value.size() < kValueHeader) return false;
  if (value.front() != kValueVersion) return false;
  const auto touched = static_cast<std::int64_t>(getBigEndian<std::uint64_t>(value.data() + 1));
  const auto hash = getBigEndian<std::uint32_t>(key.data() + 4);
  key.remove_prefix(kPrefix);
  value.remove_prefix(kValueHeader);
  out = {{key, hash}, value, BatchTime(std::chrono::milliseconds(touched))};
  return true;
}

void SstBuilder::add(ShardId shard, const KeyedValue& value) {
  Entry& entry = entries_.emplace_back();
  entry.key = storedKey(arena_, shard, value.key);
  entry.removed = !value.value.has_value();
  bytes_ += entry.key.size() + sizeof(Entry);
  if (entry.removed) return;
  const std::size_t size = kValueHeader + value.value->size();
  char* bytes = arena_.allocate(size);
  bytes[0] = kValueVersion;
  putBigEndian(bytes + 1, static_cast<std::uint64_t>(value.touched.time_since_epoch().count()));
  std::copy(value.value->begin(), value.value->end(), bytes + kValueHeader);
  entry.value = {bytes, size};
  bytes_ += size;
}

/// The entries by key, those of one key as they were added. Shard and hash stand at the front of
/// every key, in an order that numbers have too: comparing those, in one place, instead of texts
/// all over the memory makes sorting some ten times as fast.
std::vector<std::uint32_t> SstBuilder::sorted() const {
  struct Place {
    std::uint64_t prefix;
    std::uint32_t number;
  };
  LOCKSTEP_CHECK(entries_.size() <= UINT32_MAX, "a file has less than 2^32 values");
  std::vector<Place> places;
  places.reserve(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i)
    places.push_back(
        {getBigEndian<std::uint64_t>(entries_[i].key.data()), static_cast<std::uint32_t>(i)});
  std::sort(places.begin(), places.end(), [this](const Place& a, const Place& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const int order = entries_[a.number].key.compare(entries_[b.number].key);
    return order != 0 ? order < 0 : a.number < b.number;
  });
  std::vector<std::uint32_t> numbers;
  numbers.reserve(places.size());
  for (const Place& place : places) numbers.push_back(place.number);
  return numbers;
}

rocksdb::Status SstBuilder::write(const std::string& path, const rocksdb::Options& options) {
  constexpr std::size_t kAhead = 8;
  const std::vector<std::uint32_t> order = sorted();
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(options), options);
  rocksdb::Status status = writer.Open(path);
  for (std::size_t i = 0; status.ok() && i < order.size(); ++i) {
    if (i + 2 * kAhead < order.size()) __builtin_prefetch(&entries_[order[i + 2 * kAhead]]);
    if (i + kAhead < order.size()) __builtin_prefetch(entries_[order[i + kAhead]].key.data());
    const Entry& entry = entries_[order[i]];
    if (i + 1 < order.size() && entries_[order[i + 1]].key == entry.key) continue;
    const rocksdb::Slice key(entry.key.data(), entry.key.size());
    status = entry.removed
                 ? writer.Delete(key)
                 : writer.Put(key, rocksdb::Slice(entry.value.data(), entry.value.size()));
  }
  if (status.ok()) status = writer.Finish();
  std::vector<Entry>().swap(entries_);
  arena_.clear();
  arena_.shrink(0);
  bytes_ = 0;
  return status;
}

}  // namespace lockstep
