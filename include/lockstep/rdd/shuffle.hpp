#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/base/hash.hpp>
#include <lockstep/rdd/byte_log.hpp>

namespace lockstep {

/// One element on its way through a shuffle.
struct ShuffledElement {
  std::uint32_t hash = 0;  ///< murmur2 of the key's bytes
  std::string_view key;
  std::string_view value;
};

/// Elements of one map task for one shard, in order. Thread: one at a time.
class ShuffleBucket {
 public:
  void append(const ShuffledElement& element) {
    const Head head{element.hash, static_cast<std::uint32_t>(element.key.size()),
                    static_cast<std::uint32_t>(element.value.size())};
    char* place = log_.append(sizeof head + element.key.size() + element.value.size());
    std::memcpy(place, &head, sizeof head);
    place += sizeof head;
    if (!element.key.empty()) std::memcpy(place, element.key.data(), element.key.size());
    place += element.key.size();
    if (!element.value.empty()) std::memcpy(place, element.value.data(), element.value.size());
    ++size_;
  }

  /// Calls visit(element) for each, in order. The views live until the bucket is cleared.
  template <class Visit>
  void forEach(const Visit& visit) const {
    for (std::size_t i = 0; i < log_.blocks(); ++i) {
      const std::string_view block = log_.block(i);
      const char* place = block.data();
      for (const char* end = place + block.size(); place != end;) {
        Head head;
        std::memcpy(&head, place, sizeof head);
        place += sizeof head;
        visit(ShuffledElement{
            head.hash, {place, head.key_bytes}, {place + head.key_bytes, head.value_bytes}});
        place += std::size_t{head.key_bytes} + head.value_bytes;
      }
    }
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Bytes of all elements. Walks over the blocks: not for every element.
  [[nodiscard]] std::size_t bytes() const {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < log_.blocks(); ++i) bytes += log_.block(i).size();
    return bytes;
  }
  /// What append() takes for an element.
  [[nodiscard]] static std::size_t bytesOf(const ShuffledElement& element) {
    return sizeof(Head) + element.key.size() + element.value.size();
  }
  void mark() { marked_ = {log_.mark(), size_}; }
  void rollback() {
    log_.rollback(marked_.first);
    size_ = marked_.second;
  }
  void clear() {
    log_.clear();
    size_ = 0;
  }

 private:
  struct Head {
    std::uint32_t hash, key_bytes, value_bytes;
  };
  ByteLog log_;
  std::size_t size_ = 0;
  std::pair<ByteLog::Mark, std::size_t> marked_{};
};

/// The exchange between the map tasks of earlier stages and the shards of a later one. A shard
/// reads the map tasks in order (stage, task), each in its own order: that makes re-runs the same
/// byte for byte. Everything is in memory and is kept until the next batch begins. Thread: writer()
/// and resize() on the thread that makes tasks; each writer and each shard on the thread of its
/// task; the job separates the two sides.
class Shuffle {
 public:
  using Buckets = std::vector<ShuffleBucket>;  ///< one per shard

  /// Sets the number of shards. REQUIRES: no writer yet, or the same number.
  void resize(std::uint32_t shards) { shards_ = shards; }
  [[nodiscard]] std::uint32_t shards() const { return shards_; }
  [[nodiscard]] std::uint32_t shardOf(std::uint32_t hash) const {
    return partitionOfHash(hash, shards_);
  }

  /// The buckets of one map task; the address holds while the shuffle lives.
  [[nodiscard]] Buckets& writer(std::uint32_t stage, std::uint32_t task);
  void clear();

  /// Calls visit(bucket) for each map task's bucket of the shard, in order.
  template <class Visit>
  void forEachBucket(std::uint32_t shard, const Visit& visit) const {
    for (const auto& [origin, buckets] : writers_) visit((*buckets)[shard]);
  }
  /// Elements for one shard.
  [[nodiscard]] std::size_t size(std::uint32_t shard) const;

 private:
  std::uint32_t shards_ = 1;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::unique_ptr<Buckets>> writers_;
};

}  // namespace lockstep
