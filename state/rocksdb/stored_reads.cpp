#include "state/rocksdb/stored_reads.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include <lockstep/base/arena.hpp>

#include "state/rocksdb/packed_page.hpp"
#include "state/rocksdb/rocksdb_errors.hpp"
#include "state/rocksdb/stored_key.hpp"

namespace lockstep {
namespace {

constexpr std::size_t kLongRead = 16 * 1024;  ///< keys from which on reading ahead pays
constexpr std::size_t kReadahead = 1 << 20;
constexpr std::size_t kFindChunk = 256;  ///< keys looked up at once; each may need a page

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

bool before(const StateKey& a, const StateKey& b) {
  return std::tie(a.hash, a.bytes) < std::tie(b.hash, b.bytes);
}

Status unknownVersion(std::string_view folder) {
  return damaged(folder, "a value of an unknown version");
}

/// Hands out copies of keys, in order, until the part has enough of them.
class PartSink {
 public:
  PartSink(CheckpointStore::Part part, const CheckpointStore::Sink& sink)
      : part_(part), sink_(sink) {}

  /// False: the part has ended before this key.
  bool take(const KeyedValue& value) {
    if (value.key.hash < part_.hash) return true;
    if (taken_ >= part_.count && value.key.hash != last_) return false;
    if (chunk_.size() >= kChunkKeys || chunk_bytes_ >= kChunkBytes) flush();
    ++taken_;
    last_ = value.key.hash;
    chunk_bytes_ += value.key.bytes.size() + value.value->size();
    chunk_.push_back(
        {{bytes_.copy(value.key.bytes), value.key.hash}, bytes_.copy(*value.value), value.touched});
    return true;
  }
  void flush() {
    if (!chunk_.empty()) sink_(chunk_);
    chunk_.clear();
    bytes_.clear();
    chunk_bytes_ = 0;
  }

 private:
  static constexpr std::size_t kChunkKeys = 1024;
  static constexpr std::size_t kChunkBytes = 256 * 1024;

  const CheckpointStore::Part part_;
  const CheckpointStore::Sink& sink_;
  std::vector<KeyedValue> chunk_;
  Arena bytes_;
  std::size_t chunk_bytes_ = 0;
  std::size_t taken_ = 0;
  std::uint32_t last_ = 0;
};

/// A walk over pages and keys that lie by themselves, side by side.
class ShardWalk {
 public:
  ShardWalk(const StoredShard& from, CheckpointStore::Part part)
      : from_(from), until_(shardEnd(from.shard)), end_(until_) {
    options_.fill_cache = false;
    options_.readahead_size = part.count > kLongRead ? kReadahead : 0;
    options_.iterate_upper_bound = &end_;
    pages_ = open(from.pages, pageKey(from.shard, part.hash));
    singles_ = open(from.singles, storedPrefix(from.shard, part.hash));
  }

  Status run(PartSink& out) {
    LOCKSTEP_TRY(loadSingle());
    bool more = true;
    for (; more && valid(pages_); pages_->Next()) {
      PackedPageReader page(view(pages_->value()));
      for (; more && page.valid(); page.next()) {
        if (!page.entry().value) continue;
        LOCKSTEP_TRY(singlesBefore(&page.entry().key, out, more));
        more = more && out.take(page.entry());
      }
      if (page.damaged()) return unknownVersion(from_.folder);
    }
    if (pages_ != nullptr) LOCKSTEP_TRY(fromRocksdb(pages_->status(), from_.folder));
    LOCKSTEP_TRY(singlesBefore(nullptr, out, more));
    out.flush();
    return singles_ == nullptr ? Status() : fromRocksdb(singles_->status(), from_.folder);
  }

 private:
  using Iterator = std::unique_ptr<rocksdb::Iterator>;
  static bool valid(const Iterator& iterator) { return iterator != nullptr && iterator->Valid(); }

  Iterator open(rocksdb::ColumnFamilyHandle* family, const std::string& first) const {
    if (family == nullptr) return nullptr;
    Iterator iterator(from_.db->NewIterator(options_, family));
    iterator->Seek(first);
    return iterator;
  }

  Status loadSingle() {
    if (valid(singles_) && !decodeStored(view(singles_->key()), view(singles_->value()), single_))
      return unknownVersion(from_.folder);
    return {};
  }

  /// Hands out the keys that lie by themselves before `key`; null = all. `more` as take() has it.
  Status singlesBefore(const StateKey* key, PartSink& out, bool& more) {
    while (more && valid(singles_) && (key == nullptr || before(single_.key, *key))) {
      more = out.take(single_);
      singles_->Next();
      LOCKSTEP_TRY(loadSingle());
    }
    return {};
  }

  const StoredShard& from_;
  const std::string until_;
  const rocksdb::Slice end_;
  rocksdb::ReadOptions options_;
  Iterator pages_;
  Iterator singles_;
  KeyedValue single_;  ///< of singles_, while it is valid
};

/// Looks up some keys at a time. What is found shows bytes of the last look-up.
class KeyFinder {
 public:
  explicit KeyFinder(const StoredShard& from) : from_(from) {}

  Status find(std::span<const StateKey> keys, std::vector<KeyedValue>& found) {
    places_.assign(keys.size(), std::nullopt);
    if (from_.pages != nullptr) LOCKSTEP_TRY(findInPages(keys));
    if (from_.singles != nullptr) LOCKSTEP_TRY(findSingles(keys));
    found.clear();
    for (const auto& place : places_) {
      if (place) found.push_back(*place);
    }
    return {};
  }

 private:
  struct Lookup {
    std::vector<rocksdb::Slice> keys;
    std::vector<rocksdb::PinnableSlice> values;
    std::vector<rocksdb::Status> statuses;
  };

  void get(rocksdb::ColumnFamilyHandle* family, Lookup& of) const {
    of.values.clear();
    of.values.resize(of.keys.size());
    of.statuses.resize(of.keys.size());
    from_.db->MultiGet({}, family, of.keys.size(), of.keys.data(), of.values.data(),
                       of.statuses.data(), true);
  }

  Status findInPages(std::span<const StateKey> keys) {
    std::vector<std::string> names;
    for (const StateKey& key : keys) {
      auto name = pageKey(from_.shard, key.hash);
      if (names.empty() || names.back() != name) names.push_back(std::move(name));
    }
    pages_.keys.assign(names.begin(), names.end());
    get(from_.pages, pages_);
    std::size_t first = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::size_t end = first + 1;
      while (end < keys.size() && pageOf(keys[end].hash) == pageOf(keys[first].hash)) ++end;
      if (!pages_.statuses[i].IsNotFound()) {
        LOCKSTEP_TRY(fromRocksdb(pages_.statuses[i], from_.folder));
        LOCKSTEP_TRY(search(view(pages_.values[i]), keys, first, end));
      }
      first = end;
    }
    return {};
  }

  /// Both are sorted alike.
  Status search(std::string_view bytes, std::span<const StateKey> keys, std::size_t first,
                std::size_t end) {
    PackedPageReader page(bytes);
    for (std::size_t i = first; i < end; ++i) {
      while (page.valid() && before(page.entry().key, keys[i])) page.next();
      if (page.damaged()) return unknownVersion(from_.folder);
      if (page.valid() && !before(keys[i], page.entry().key) && page.entry().value)
        places_[i] = page.entry();
    }
    return {};
  }

  Status findSingles(std::span<const StateKey> keys) {
    bytes_.clear();
    singles_.keys.clear();
    std::vector<std::size_t> asked;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (places_[i]) continue;
      asked.push_back(i);
      singles_.keys.push_back(slice(storedKey(bytes_, from_.shard, keys[i])));
    }
    get(from_.singles, singles_);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (singles_.statuses[i].IsNotFound()) continue;
      LOCKSTEP_TRY(fromRocksdb(singles_.statuses[i], from_.folder));
      KeyedValue& value = places_[asked[i]].emplace();
      if (!decodeStored(view(singles_.keys[i]), view(singles_.values[i]), value))
        return unknownVersion(from_.folder);
    }
    return {};
  }

  const StoredShard& from_;
  std::vector<std::optional<KeyedValue>> places_;  ///< for each key asked for
  Lookup pages_;
  Lookup singles_;
  Arena bytes_;
};

}  // namespace

Status readStored(const StoredShard& from, CheckpointStore::Part part,
                  const CheckpointStore::Sink& sink) {
  PartSink out(part, sink);
  return ShardWalk(from, part).run(out);
}

Status findStored(const StoredShard& from, std::span<const StateKey> keys,
                  const CheckpointStore::Sink& sink) {
  KeyFinder finder(from);
  std::vector<KeyedValue> found;
  for (std::size_t first = 0; first < keys.size(); first += kFindChunk) {
    LOCKSTEP_TRY(
        finder.find(keys.subspan(first, std::min(kFindChunk, keys.size() - first)), found));
    if (!found.empty()) sink(found);
  }
  return {};
}

}  // namespace lockstep
