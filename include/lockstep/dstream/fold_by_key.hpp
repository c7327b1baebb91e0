#pragma once

#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/narrow.hpp>
#include <lockstep/formats/owned.hpp>
#include <lockstep/formats/serde.hpp>
#include <lockstep/rdd/key_index.hpp>
#include <lockstep/rdd/shuffle.hpp>

namespace lockstep::detail {

/// Folds values by key from the left, in order of arrival. Keys are views into the buckets.
template <class V, class F>
class KeyedFold {
 public:
  /// Adds all of a bucket's elements. A value that the function fails on is left out and goes to
  /// `reject(element, error)`, whose error ends the fold.
  template <class ValueSerde, class Reject>
  Status add(const ShuffleBucket& bucket, const F& function, const ValueSerde& values,
             const Reject& reject) {
    Status status;
    bucket.forEach([&](const ShuffledElement& element) {
      if (!status.ok()) return;
      try {
        addOne(element, function, values);
      } catch (const std::bad_alloc&) {
        throw;
      } catch (const RecordError& error) {
        status = reject(element, error);
      } catch (const std::exception& error) {
        status = reject(element, RecordError(RecordErrorKind::kEval, error.what()));
      }
    });
    return status;
  }

  [[nodiscard]] const KeyIndex& keys() const { return keys_; }
  [[nodiscard]] V value(std::size_t number) const { return viewOf<V>(values_[number]); }
  void clear() {
    keys_.clear();
    values_.clear();
  }

 private:
  template <class ValueSerde>
  void addOne(const ShuffledElement& element, const F& function, const ValueSerde& values) {
    const V value = values.read(element.value);  // first: it may throw
    const std::uint32_t number = keys_.find(element.hash, element.key);
    if (number == values_.size())
      values_.push_back(toOwned<V>(value));
    else
      values_[number] = toOwned<V>(function(viewOf<V>(values_[number]), value));
  }

  KeyIndex keys_;
  std::vector<Owned<V>> values_;
};

/// Folds a bucket on the near side of a shuffle.
template <class V, class F>
struct CombineByKey {
  static constexpr bool kCombines = true;
  F function;

  class Combiner {
   public:
    /// Leaves one element per key, in order of first sight. With a task, elements that fail are
    /// rejected; without one, a failure leaves the bucket as it was.
    template <class ValueSerde>
    Status combine(ShuffleBucket& bucket, const CombineByKey& by, const ValueSerde& values,
                   Task* task, const std::string& step) {
      fold_.clear();
      LOCKSTEP_TRY(fold_.add(bucket, by.function, values,
                             [&](const ShuffledElement& element, RecordError error) {
                               if (task == nullptr) return Status::abort(error.cause());
                               error.setStep(step);
                               FailedElement failed;
                               failed.key = element.key;
                               failed.value = element.value;
                               return task->reject(failed, error);
                             }));
      for (std::size_t i = 0; i < fold_.keys().size(); ++i)
        combined_.append({fold_.keys().hash(i), fold_.keys().key(i),
                          encodeInto(values, fold_.value(i), scratch_)});
      std::swap(bucket, combined_);
      combined_.clear();
      return {};
    }

   private:
    KeyedFold<V, F> fold_;
    ShuffleBucket combined_;
    std::string scratch_;
  };
};

}  // namespace lockstep::detail
