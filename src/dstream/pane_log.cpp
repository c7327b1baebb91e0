#include <lockstep/dstream/pane_log.hpp>

#include <algorithm>
#include <array>

#include <lockstep/base/hash.hpp>
#include <lockstep/dstream/event_time.hpp>
#include <lockstep/dstream/state_stage.hpp>
#include <lockstep/formats/big_endian.hpp>

namespace lockstep::detail {
namespace {

// The first bytes of the log's keys.
constexpr char kSpanKey = 0;   ///< alone: the oldest and the newest pane
constexpr char kCountKey = 1;  ///< and a pane: its sizes
constexpr char kChunkKey = 2;  ///< and a pane and a number: elements
constexpr std::size_t kCountKeyBytes = 1 + 8;
constexpr std::size_t kChunkKeyBytes = kCountKeyBytes + 4;
/// A pane's sizes; the first four bytes, the number of its chunks, may stand alone.
constexpr std::size_t kSizesBytes = 4 + 8 + 8;

/// A chunk is a record of the changelog: far below what brokers take, far above what a record
/// costs.
constexpr std::size_t kChunkBytes = 48 * 1024;
/// A last chunk smaller than this is added to: quiet batches do not leave a chunk each.
constexpr std::size_t kSmallChunk = 4 * 1024;
/// Keys looked up at once.
constexpr std::size_t kGroup = 256;

StateKey spanKey() {
  static constexpr std::array<char, 1> kBytes{kSpanKey};
  const std::string_view bytes(kBytes.data(), kBytes.size());
  static const std::uint32_t hash = murmur2(bytes);
  return {bytes, hash};
}

std::size_t elementBytes(std::string_view key, std::string_view value) {
  return 8 + key.size() + value.size();
}

void append(std::string& chunk, std::string_view key, std::string_view value) {
  char head[4];
  storeBigEndian(head, static_cast<std::uint32_t>(key.size()));
  chunk.append(head, sizeof head).append(key);
  storeBigEndian(head, static_cast<std::uint32_t>(value.size()));
  chunk.append(head, sizeof head).append(value);
}

}  // namespace

std::string& PaneLog::pending(std::size_t more) {
  if (size_ == 0 || chunks_[size_ - 1].size() + more > kChunkBytes) {
    if (size_ == chunks_.size()) chunks_.emplace_back();
    chunks_[size_++].clear();
  }
  return chunks_[size_ - 1];
}

void PaneLog::add(std::string_view key, std::string_view value) {
  append(pending(elementBytes(key, value)), key, value);
}

Status PaneLog::findSpan(const Place& place, std::optional<Span>& span) {
  const StateKey key = spanKey();
  const StateEntry* entry = nullptr;
  LOCKSTEP_TRY(place.shard.find({&key, 1}, &entry));
  span.reset();
  if (entry != nullptr)
    span = Span{loadTime(entry->value().data()), loadTime(entry->value().data() + 8)};
  return {};
}

Status PaneLog::storeSpan(const Place& place, const std::optional<Span>& span) {
  const StateKey key = spanKey();
  StateEntry* entry = nullptr;
  LOCKSTEP_TRY(place.shard.touch(place.batch, place.time, {&key, 1}, &entry));
  if (!span) {
    place.shard.remove(*entry);
    return {};
  }
  char bytes[16];
  storeTime(bytes, span->oldest);
  storeTime(bytes + 8, span->newest);
  place.shard.assign(*entry, {bytes, sizeof bytes});
  return {};
}

void PaneLog::makeChunkKeys(BatchTime pane, std::uint32_t from, std::uint32_t count) {
  key_bytes_.resize(count * kChunkKeyBytes);
  keys_.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    char* place = key_bytes_.data() + i * kChunkKeyBytes;
    *place = kChunkKey;
    storeTime(place + 1, pane);
    storeBigEndian(place + kCountKeyBytes, from + i);
    const std::string_view bytes(place, kChunkKeyBytes);
    keys_.push_back({bytes, murmur2(bytes)});
  }
}

PaneLog::Sizes PaneLog::sizesOf(const StateEntry& entry) {
  Sizes sizes;
  if (!entry.present()) return sizes;
  const std::string_view bytes = entry.value();
  sizes.chunks = loadBigEndian32(bytes.data());
  if (bytes.size() < kSizesBytes) return sizes;
  sizes.bytes = loadBigEndian64(bytes.data() + 4);
  sizes.folded = loadBigEndian64(bytes.data() + 12);
  return sizes;
}

void PaneLog::store(StateShard& shard, StateEntry& entry, const Sizes& sizes) {
  char bytes[kSizesBytes];
  storeBigEndian(bytes, sizes.chunks);
  storeBigEndian(bytes + 4, sizes.bytes);
  storeBigEndian(bytes + 12, sizes.folded);
  setState(shard, entry, {bytes, sizeof bytes});
}

Status PaneLog::touchSizes(const Place& place, BatchTime pane, StateEntry*& entry) {
  char bytes[kCountKeyBytes] = {kCountKey};
  storeTime(bytes + 1, pane);
  const std::string_view key_bytes(bytes, sizeof bytes);
  const StateKey key{key_bytes, murmur2(key_bytes)};
  return place.shard.touch(place.batch, place.time, {&key, 1}, &entry);
}

std::uint64_t PaneLog::pendingBytes() const {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < size_; ++i) bytes += chunks_[i].size();
  return bytes;
}

Status PaneLog::writeChunks(const Place& place, BatchTime pane, std::uint32_t first) {
  makeChunkKeys(pane, first, static_cast<std::uint32_t>(size_));
  entries_.resize(size_);
  LOCKSTEP_TRY(place.shard.touch(place.batch, place.time, keys_, entries_.data()));
  for (std::size_t i = 0; i < size_; ++i) place.shard.assign(*entries_[i], chunks_[i]);
  size_ = 0;
  return {};
}

Status PaneLog::removeChunks(const Place& place, BatchTime pane, std::uint32_t first,
                             std::uint32_t end) {
  for (std::uint32_t from = first; from < end; from += kGroup) {
    makeChunkKeys(pane, from, std::min<std::uint32_t>(kGroup, end - from));
    entries_.resize(keys_.size());
    LOCKSTEP_TRY(place.shard.touch(place.batch, place.time, keys_, entries_.data()));
    for (StateEntry* entry : entries_) place.shard.remove(*entry);
  }
  return {};
}

Status PaneLog::commit(const Place& place, BatchTime pane) {
  has_grown_ = false;
  if (size_ == 0) return {};
  std::optional<Span> span;
  LOCKSTEP_TRY(findSpan(place, span));
  if (!span || pane > span->newest)
    LOCKSTEP_TRY(storeSpan(place, Span{span ? span->oldest : pane, pane}));
  StateEntry* entry = nullptr;
  LOCKSTEP_TRY(touchSizes(place, pane, entry));
  Sizes sizes = sizesOf(*entry);
  const bool begins = sizes.chunks == 0;
  sizes.bytes += pendingBytes();
  if (begins) sizes.folded = sizes.bytes;  // a batch brings a key once
  has_grown_ = sizes.bytes > kFoldFactor * sizes.folded;
  // The entry's address holds until the next touch: what comes is counted first.
  std::uint32_t first = sizes.chunks;
  std::string grown;
  if (!begins) {
    makeChunkKeys(pane, sizes.chunks - 1, 1);
    const StateEntry* known = nullptr;
    LOCKSTEP_TRY(place.shard.find(keys_, &known));
    if (known != nullptr && known->value().size() + chunks_[0].size() <= kSmallChunk) {
      grown.assign(known->value()).append(chunks_[0]);
      chunks_[0].swap(grown);
      --first;
    }
  }
  sizes.chunks = first + static_cast<std::uint32_t>(size_);
  store(place.shard, *entry, sizes);
  return writeChunks(place, pane, first);
}

Status PaneLog::replace(const Place& place, BatchTime pane) {
  StateEntry* entry = nullptr;
  LOCKSTEP_TRY(touchSizes(place, pane, entry));
  const std::uint32_t old_chunks = sizesOf(*entry).chunks;
  const auto chunks = static_cast<std::uint32_t>(size_);
  LOCKSTEP_CHECK(chunks > 0, "what was folded is not nothing");
  const std::uint64_t bytes = pendingBytes();
  store(place.shard, *entry, {chunks, bytes, bytes});
  LOCKSTEP_TRY(writeChunks(place, pane, 0));
  return removeChunks(place, pane, chunks, old_chunks);
}

Status PaneLog::leave(const Place& place, BatchTime pane) {
  StateEntry* entry = nullptr;
  LOCKSTEP_TRY(touchSizes(place, pane, entry));
  Sizes sizes = sizesOf(*entry);
  sizes.folded = sizes.bytes;
  store(place.shard, *entry, sizes);
  return {};
}

Status PaneLog::findCounts(const Place& place, BatchTime first, BatchTime last) {
  counts_.clear();
  for (BatchTime pane = first; pane <= last;) {
    keys_.clear();
    key_bytes_.resize(kGroup * kCountKeyBytes);
    for (; pane <= last && keys_.size() < kGroup; pane += place.width) {
      char* bytes = key_bytes_.data() + keys_.size() * kCountKeyBytes;
      *bytes = kCountKey;
      storeTime(bytes + 1, pane);
      const std::string_view key(bytes, kCountKeyBytes);
      keys_.push_back({key, murmur2(key)});
    }
    found_.resize(keys_.size());
    LOCKSTEP_TRY(place.shard.find(keys_, found_.data()));
    for (const StateEntry* entry : found_)
      counts_.push_back(entry == nullptr ? 0 : loadBigEndian32(entry->value().data()));
  }
  return {};
}

Status PaneLog::readChunks(const Place& place, BatchTime after, BatchTime through,
                           const VisitChunk& visit) {
  std::optional<Span> span;
  LOCKSTEP_TRY(findSpan(place, span));
  if (!span) return {};
  BatchTime pane = span->oldest;
  if (pane <= after) pane += ((after - pane) / place.width + 1) * place.width;
  LOCKSTEP_TRY(findCounts(place, pane, std::min(through, span->newest)));
  for (const std::uint32_t count : counts_) {
    for (std::uint32_t from = 0; from < count; from += kGroup) {
      makeChunkKeys(pane, from, std::min<std::uint32_t>(kGroup, count - from));
      found_.resize(keys_.size());
      LOCKSTEP_TRY(place.shard.find(keys_, found_.data()));
      for (const StateEntry* chunk : found_) {
        LOCKSTEP_CHECK(chunk != nullptr, "a pane has all the chunks it counts");
        LOCKSTEP_TRY(visit(chunk->value()));
      }
    }
    pane += place.width;
  }
  return {};
}

Status PaneLog::removeThrough(const Place& place, BatchTime through) {
  std::optional<Span> span;
  LOCKSTEP_TRY(findSpan(place, span));
  if (!span || span->oldest > through) return {};
  const BatchTime last = std::min(through, span->newest);
  LOCKSTEP_TRY(findCounts(place, span->oldest, last));
  BatchTime pane = span->oldest;
  for (const std::uint32_t count : counts_) {
    if (count > 0) {
      LOCKSTEP_TRY(removeChunks(place, pane, 0, count));
      StateEntry* entry = nullptr;
      LOCKSTEP_TRY(touchSizes(place, pane, entry));
      place.shard.remove(*entry);
    }
    pane += place.width;
  }
  if (last == span->newest)
    span.reset();
  else
    span->oldest = pane;
  return storeSpan(place, span);
}

}  // namespace lockstep::detail
