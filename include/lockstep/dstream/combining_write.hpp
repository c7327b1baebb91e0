#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <lockstep/dstream/reduction.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/rdd/long_fold.hpp>

namespace lockstep::detail {

/// The near side of a shuffle in front of a built-in reduction whose state is a long: folds the
/// values of one key before they are shuffled, so that each map task sends a key once. Longs fold
/// to the same result in any grouping, and a key is sent in the place where it was first seen: what
/// is behind the shuffle cannot tell. (Doubles cannot be folded: their sums depend on the
/// grouping.)
///
/// Where keys hardly repeat, folding costs more than it saves: a batch whose first elements were
/// mostly different keys sends the rest as it comes.
template <class K, class V, class R, class KeySerde>
class CombiningWriter final : public Operator,
                              public Rollbackable,
                              public ChunkSink<std::pair<K, V>> {
  static constexpr bool kCounts = std::is_same_v<R, reduction::Count>;
  using Fold = std::conditional_t<kCounts, reduction::Sum, R>;

 public:
  CombiningWriter(Task& task, Shuffle& shuffle, const KeySerde& keys, const std::string& step)
      : task_(task),
        shuffle_(shuffle),
        buckets_(shuffle.writer(Lineage::number(task.stage()), task.index())),
        keys_(keys),
        step_(step) {}

  void accept(std::span<const std::pair<K, V>> chunk) override {
    elements_ += chunk.size();
    withStep(step_, [&] { folds_ ? fold(chunk) : pass(chunk); });
  }

  void mark() override {
    if (folds_) fold_.mark();
    if (folds_ && elements_ >= kProbe && fold_.size() * 2 > elements_) {
      send();
      folds_ = false;
    }
    if (folds_) {
      bytes_ = fold_.bytes();
    } else {
      for (ShuffleBucket& bucket : buckets_) bucket.mark();
    }
    task_.countShuffled(bytes_ - counted_bytes_);
    counted_bytes_ = bytes_;
    marked_elements_ = elements_;
  }
  void rollback() override {
    if (folds_)
      fold_.rollback();
    else
      for (ShuffleBucket& bucket : buckets_) bucket.rollback();
    bytes_ = counted_bytes_;
    elements_ = marked_elements_;
  }
  Status finish(Task&) override {
    fold_.mark();
    send();
    return {};
  }
  void begin(Task&) override {
    fold_.clear();
    folds_ = true;
    elements_ = 0;
    bytes_ = counted_bytes_ = 0;
  }

 private:
  /// So many elements show whether keys repeat.
  static constexpr std::size_t kProbe = 4096;

  void fold(std::span<const std::pair<K, V>> chunk) {
    for (const auto& [key, value] : chunk)
      fold_.add(encodeInto(keys_, key, scratch_), longOf(value));
  }
  void pass(std::span<const std::pair<K, V>> chunk) {
    for (const auto& [key, value] : chunk)
      bytes_ += append(encodeInto(keys_, key, scratch_), longOf(value));
  }
  /// What is folded goes to the buckets.
  void send() {
    bytes_ = 0;
    for (std::size_t i = 0; i < fold_.size(); ++i) bytes_ += append(fold_.key(i), fold_.value(i));
    fold_.clear();
  }
  std::size_t append(std::string_view key, std::int64_t value) {
    char bytes[8];
    storeBigEndian(bytes, static_cast<std::uint64_t>(value));
    const std::uint32_t hash = murmur2(key);
    const ShuffledElement element{hash, key, {bytes, sizeof bytes}};
    buckets_[shuffle_.shardOf(shardHash(keys_, key, hash))].append(element);
    return ShuffleBucket::bytesOf(element);
  }
  static std::int64_t longOf(const V& value) {
    if constexpr (kCounts)
      return 1;
    else
      return value;
  }

  Task& task_;
  Shuffle& shuffle_;
  Shuffle::Buckets& buckets_;
  const KeySerde& keys_;
  const std::string& step_;
  std::string scratch_;
  LongFold<Fold> fold_;
  bool folds_ = true;
  std::uint64_t elements_ = 0;  ///< of the batch
  std::uint64_t marked_elements_ = 0;
  std::uint64_t bytes_ = 0;          ///< in fold and buckets
  std::uint64_t counted_bytes_ = 0;  ///< what the batch's total has of them
};

template <class K, class V, class R, class KeySerde>
using CombiningTerminal =
    ShuffleTerminal<std::pair<K, V>, CombiningWriter<K, V, R, KeySerde>, KeySerde>;

}  // namespace lockstep::detail
