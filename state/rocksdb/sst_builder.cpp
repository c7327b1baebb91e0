#include "state/rocksdb/sst_builder.hpp"

#include <algorithm>

#include <rocksdb/sst_file_writer.h>

#include <lockstep/base/check.hpp>

#include "state/rocksdb/packed_page.hpp"
#include "state/rocksdb/stored_key.hpp"

namespace lockstep {
namespace {

rocksdb::Slice sliceOf(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

/// What a stored key names.
ShardId shardOf(std::uint64_t prefix) { return ShardId{static_cast<std::uint32_t>(prefix >> 32)}; }
std::uint32_t hashOf(std::uint64_t prefix) { return static_cast<std::uint32_t>(prefix); }

}  // namespace

void SstBuilder::add(ShardId shard, const KeyedValue& value) {
  Entry& entry = entries_.emplace_back();
  entry.key = storedKey(arena_, shard, value.key);
  entry.touched = value.touched;
  if (value.value) entry.value = arena_.copy(*value.value);
  bytes_ += sizeof(Entry) + entry.key.size() + (entry.value ? entry.value->size() : 0);
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
    places.push_back({prefixOf(entries_[i].key), static_cast<std::uint32_t>(i)});
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

/// Hands out each key's last entry, in order; ends with the first status that is not ok.
template <class Sink>
rocksdb::Status SstBuilder::forEachLast(const std::vector<std::uint32_t>& order,
                                        const Sink& sink) const {
  constexpr std::size_t kAhead = 8;
  rocksdb::Status status;
  for (std::size_t i = 0; status.ok() && i < order.size(); ++i) {
    if (i + 2 * kAhead < order.size()) __builtin_prefetch(&entries_[order[i + 2 * kAhead]]);
    if (i + kAhead < order.size()) __builtin_prefetch(entries_[order[i + kAhead]].key.data());
    const Entry& entry = entries_[order[i]];
    if (i + 1 < order.size() && entries_[order[i + 1]].key == entry.key) continue;
    status = sink(entry);
  }
  return status;
}

rocksdb::Status SstBuilder::writeSingles(const std::vector<std::uint32_t>& order,
                                         rocksdb::SstFileWriter& file) const {
  Arena bytes;
  return forEachLast(order, [&](const Entry& entry) {
    if (!entry.value) return file.Delete(sliceOf(entry.key));
    bytes.clear();
    const KeyedValue value{{}, entry.value, entry.touched};
    return file.Put(sliceOf(entry.key), sliceOf(storedValue(bytes, value)));
  });
}

rocksdb::Status SstBuilder::writePages(const std::vector<std::uint32_t>& order,
                                       rocksdb::SstFileWriter& file) const {
  const std::size_t prefix_bytes = storedPrefix(ShardId{0}, 0).size();
  std::string key;
  std::string page;
  const auto end = [&] { return page.empty() ? rocksdb::Status() : file.Merge(key, page); };
  rocksdb::Status status = forEachLast(order, [&](const Entry& entry) {
    const std::uint64_t prefix = prefixOf(entry.key);
    const std::uint32_t hash = hashOf(prefix);
    rocksdb::Status written;
    if (auto next = pageKey(shardOf(prefix), hash); next != key) {
      written = end();
      key = std::move(next);
      page.clear();
    }
    appendToPage(page, {{entry.key.substr(prefix_bytes), hash}, entry.value, entry.touched});
    return written;
  });
  return status.ok() ? end() : status;
}

rocksdb::Status SstBuilder::write(const std::string& path, const rocksdb::Options& options) {
  const std::vector<std::uint32_t> order = sorted();
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(options), options);
  rocksdb::Status status = file.Open(path);
  if (status.ok()) {
    status = layout_ == StoredLayout::kPages ? writePages(order, file) : writeSingles(order, file);
  }
  if (status.ok()) status = file.Finish();
  clear();
  return status;
}

void SstBuilder::clear() {
  std::vector<Entry>().swap(entries_);
  arena_.clear();
  arena_.shrink(0);
  bytes_ = 0;
}

}  // namespace lockstep
