#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/formats/owned.hpp>
#include <lockstep/formats/serde.hpp>
#include <lockstep/rdd/key_index.hpp>

namespace lockstep::detail {

/// What a function returned, owned: moved where it is owned already.
template <class C, class Result>
[[nodiscard]] Owned<C> ownResult(Result&& result) {
  if constexpr (std::is_same_v<std::decay_t<Result>, Owned<C>>)
    return std::forward<Result>(result);
  else
    return toOwned<C>(result);
}

/// f(C&, other) without a result: it changes the combiner instead of making a new one.
template <class F, class C, class Other>
concept FoldsInPlace =
    std::is_same_v<Owned<C>, C> && std::is_void_v<std::invoke_result_t<const F&, C&, const Other&>>;

/// Makes `combiner` what f(combiner, other) says.
template <class C, class F, class Other>
void foldInto(const F& function, Owned<C>& combiner, const Other& other) {
  if constexpr (FoldsInPlace<F, C, Other>)
    function(combiner, other);
  else
    combiner = ownResult<C>(function(viewOf<C>(combiner), other));
}

/// How the values of one key become one combiner: Spark's Aggregator. Its functions may throw.
template <class V, class C, class Create, class MergeValue, class MergeCombiners>
struct Aggregator {
  using Value = V;
  using Combiner = C;
  Create create_combiner;
  MergeValue merge_value;
  MergeCombiners merge_combiners;

  [[nodiscard]] Owned<C> create(const V& value) const {
    return ownResult<C>(create_combiner(value));
  }
  void addValue(Owned<C>& combiner, const V& value) const {
    foldInto<C>(merge_value, combiner, value);
  }
  void addCombiner(Owned<C>& combiner, const C& other) const {
    foldInto<C>(merge_combiners, combiner, other);
  }
};

/// The same where value and combiner are one: reduceByKey.
template <class V, class F>
struct ReduceAggregator {
  using Value = V;
  using Combiner = V;
  F function;

  [[nodiscard]] Owned<V> create(const V& value) const { return toOwned<V>(value); }
  void addValue(Owned<V>& combiner, const V& value) const {
    foldInto<V>(function, combiner, value);
  }
  void addCombiner(Owned<V>& combiner, const V& other) const { addValue(combiner, other); }
};

/// An aggregator with the formats of its values and combiners: what folds a shuffle's buckets.
template <class A, class ValueSerde, class CombinerSerde>
struct CombineByKey {
  static constexpr bool kCombines = true;
  using Value = typename A::Value;
  using Combined = typename A::Combiner;
  A aggregator;
  ValueSerde values;
  CombinerSerde combiners;

  class Combiner;
};

/// Folds by key from the left, in order of arrival. Keys are views into the buckets.
template <class Combine>
class KeyedFold {
 public:
  using Combined = typename Combine::Combined;
  /// All elements of a bucket are combiners.
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  /// Adds all of a bucket's elements: the first `combined` are combiners, the rest values. One that
  /// a function fails on is left out and goes to `reject(element, error)`, whose error ends the
  /// fold.
  template <class Reject>
  Status add(const ShuffleBucket& bucket, std::size_t combined, const Combine& by,
             const Reject& reject) {
    Status status;
    std::size_t position = 0;
    bucket.forEach([&](const ShuffledElement& element) {
      if (!status.ok()) return;
      const bool is_combiner = position++ < combined;
      if (const auto error = tryElement([&] { addOne(element, is_combiner, by); })) [[unlikely]]
        status = reject(element, *error);
    });
    return status;
  }

  /// Adds one value, whose key's bytes outlive the fold. One that a function fails on is left out
  /// and goes to `reject`.
  template <class Reject>
  Status addValue(const ShuffledElement& element, const Combine& by, const Reject& reject) {
    const auto error = tryElement([&] { addOne(element, false, by); });
    return error ? reject(element, *error) : Status();
  }

  /// Adds one combiner, whose key's bytes outlive the fold; then calls added(number of its key).
  /// One that a function fails on is left out and goes to `reject`.
  template <class Added, class Reject>
  Status addCombined(const ShuffledElement& element, const Combine& by, const Added& added,
                     const Reject& reject) {
    const auto error = tryElement([&] { added(addCombiner(element, by)); });
    return error ? reject(element, *error) : Status();
  }

  [[nodiscard]] const KeyIndex& keys() const { return keys_; }
  [[nodiscard]] decltype(auto) value(std::size_t number) const {
    return viewOf<Combined>(combiners_[number]);
  }
  void clear() {
    keys_.clear();
    combiners_.clear();
  }

 private:
  std::uint32_t addCombiner(const ShuffledElement& element, const Combine& by) {
    const Combined combiner = by.combiners.read(element.value);  // first: it may throw
    const std::uint32_t number = keys_.find(element.hash, element.key);
    if (number == combiners_.size())
      combiners_.push_back(toOwned<Combined>(combiner));
    else
      by.aggregator.addCombiner(combiners_[number], combiner);
    return number;
  }
  void addOne(const ShuffledElement& element, bool is_combiner, const Combine& by) {
    if (is_combiner) {
      addCombiner(element, by);
      return;
    }
    const typename Combine::Value value = by.values.read(element.value);
    const std::uint32_t number = keys_.find(element.hash, element.key);
    if (number < combiners_.size()) return by.aggregator.addValue(combiners_[number], value);
    try {
      combiners_.push_back(by.aggregator.create(value));
    } catch (...) {
      keys_.dropLast();
      throw;
    }
  }

  KeyIndex keys_;
  std::vector<Owned<Combined>> combiners_;
};

/// Folds buckets on the near side of a shuffle.
template <class A, class ValueSerde, class CombinerSerde>
class CombineByKey<A, ValueSerde, CombinerSerde>::Combiner {
 public:
  /// Leaves one combiner per key, in order of first sight. The first `combined` elements are
  /// combiners already; afterwards all are. With a task, elements that fail are rejected; without
  /// one, a failure leaves the bucket as it was.
  Status combine(ShuffleBucket& bucket, std::size_t& combined, const CombineByKey& by, Task* task,
                 const std::string& step) {
    fold_.clear();
    LOCKSTEP_TRY(fold_.add(bucket, combined, by,
                           [&](const ShuffledElement& element, const RecordError& error) {
                             if (task == nullptr) return Status::abort(error.cause());
                             return rejectShuffled(*task, element, error, step);
                           }));
    for (std::size_t i = 0; i < fold_.keys().size(); ++i)
      folded_.append({fold_.keys().hash(i), fold_.keys().key(i),
                      encodeInto(by.combiners, fold_.value(i), scratch_)});
    std::swap(bucket, folded_);
    folded_.clear();
    combined = bucket.size();
    return {};
  }

 private:
  KeyedFold<CombineByKey> fold_;
  ShuffleBucket folded_;
  std::string scratch_;
};

}  // namespace lockstep::detail
