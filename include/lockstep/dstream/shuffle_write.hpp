#pragma once

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include <lockstep/dstream/narrow.hpp>
#include <lockstep/formats/serde.hpp>
#include <lockstep/rdd/shuffle.hpp>

namespace lockstep::detail {

/// Leaves a shuffle's buckets as they were written.
struct NoCombine {
  static constexpr bool kCombines = false;
  struct Combiner {};
};

/// The hash that chooses a key's shard: that of the bytes the key has in Kafka, so that a changelog
/// has it in the partition that a producer would choose. A serde whose bytes are not Kafka's says
/// how to get there: kafkaHash(bytes).
template <class KeySerde>
[[nodiscard]] std::uint32_t shardHash(const KeySerde& keys, std::string_view bytes,
                                      std::uint32_t hash) {
  if constexpr (requires { keys.kafkaHash(bytes); })
    return keys.kafkaHash(bytes);
  else
    return hash;
}

/// The near side of a shuffle in one task: writes pairs into buckets by key hash. `Combine`
/// (keyed_fold.hpp) folds a bucket's values of one key into one combiner: between chunks, once it
/// has doubled, so that marks stay simple, and at the end, so that each map task sends a key once,
/// wherever the chunks ended.
template <class K, class V, class KeySerde, class ValueSerde, class Combine>
class ShuffleWriter final : public Operator,
                            public Rollbackable,
                            public ChunkSink<std::pair<K, V>> {
 public:
  ShuffleWriter(Task& task, Shuffle& shuffle, const KeySerde& keys, const ValueSerde& values,
                const Combine& combine, const std::string& step)
      : task_(task),
        shuffle_(shuffle),
        buckets_(shuffle.writer(Lineage::number(task.stage()), task.index())),
        keys_(keys),
        values_(values),
        combine_(combine),
        step_(step) {}

  void accept(std::span<const std::pair<K, V>> chunk) override {
    withStep(step_, [&] {
      for (const auto& [key, value] : chunk) {
        const std::string_view key_bytes = encodeInto(keys_, key, key_scratch_);
        const std::uint32_t hash = murmur2(key_bytes);
        const ShuffledElement element{hash, key_bytes, encodeInto(values_, value, value_scratch_)};
        buckets_[shuffle_.shardOf(shardHash(keys_, key_bytes, hash))].append(element);
        bytes_ += ShuffleBucket::bytesOf(element);
      }
    });
  }

  void mark() override {
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      if constexpr (Combine::kCombines) combineIfGrown(i);
      buckets_[i].mark();
    }
    task_.countShuffled(bytes_ - counted_bytes_);
    counted_bytes_ = bytes_;
  }
  void rollback() override {
    for (ShuffleBucket& bucket : buckets_) bucket.rollback();
    bytes_ = counted_bytes_;
  }
  Status finish(Task& task) override {
    if constexpr (Combine::kCombines)
      for (std::size_t i = 0; i < buckets_.size(); ++i)
        LOCKSTEP_TRY(combiner_.combine(buckets_[i], combined_[i], combine_, &task, step_));
    return {};
  }
  void begin(Task&) override {
    combine_at_ = kCombineFirst;
    if constexpr (Combine::kCombines) combined_.assign(buckets_.size(), 0);
    bytes_ = counted_bytes_ = 0;
  }

 private:
  static constexpr std::size_t kCombineFirst = 16 * 1024;  // elements of one bucket

  void combineIfGrown(std::size_t index) {
    ShuffleBucket& bucket = buckets_[index];
    if (bucket.size() < combine_at_) return;
    bytes_ -= bucket.bytes();
    // Without a task nothing is rejected: a key that fails leaves the bucket as it is.
    (void)combiner_.combine(bucket, combined_[index], combine_, nullptr, step_).ok();
    bytes_ += bucket.bytes();
    combine_at_ = std::max(combine_at_, 2 * bucket.size());
  }

  Task& task_;
  Shuffle& shuffle_;
  Shuffle::Buckets& buckets_;
  const KeySerde& keys_;
  const ValueSerde& values_;
  const Combine& combine_;
  const std::string& step_;
  std::string key_scratch_;
  std::string value_scratch_;
  std::size_t combine_at_ = kCombineFirst;
  std::vector<std::size_t> combined_;  ///< of each bucket: its first elements, which are combiners
  std::uint64_t bytes_ = 0;            ///< in the buckets
  std::uint64_t counted_bytes_ = 0;    ///< what the batch's total has of them
  [[no_unique_address]] typename Combine::Combiner combiner_;
};

/// Ends earlier stages in a shuffle: its near side in a task is a Writer, made with `parts`, which
/// it refers to.
template <class T, class Writer, class... Parts>
class ShuffleTerminal final : public Terminal {
 public:
  ShuffleTerminal(Rdd<T>& parent, Shuffle& shuffle, const std::string& step, Parts... parts)
      : parent_(parent), shuffle_(shuffle), step_(step), parts_(std::move(parts)...) {}

  [[nodiscard]] const RddBase& parent() const override { return parent_; }
  void attach(Task& task) override {
    std::apply(
        [&](const Parts&... parts) {
          auto [writer, fresh] = task.instance<Writer>(this, shuffle_, parts..., step_);
          parent_.connect(task, writer);
        },
        parts_);
  }
  void reset() override { shuffle_.clear(); }

 private:
  Rdd<T>& parent_;
  Shuffle& shuffle_;
  const std::string step_;
  const std::tuple<Parts...> parts_;
};

/// For a ShuffleWriter.
template <class K, class V, class KeySerde, class ValueSerde, class Combine>
using PairTerminal =
    ShuffleTerminal<std::pair<K, V>, ShuffleWriter<K, V, KeySerde, ValueSerde, Combine>, KeySerde,
                    ValueSerde, Combine>;

}  // namespace lockstep::detail
