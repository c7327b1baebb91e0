#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/formats/owned.hpp>
#include <lockstep/formats/serde.hpp>
#include <lockstep/formats/serde_composite.hpp>
#include <lockstep/model/offset_range.hpp>

namespace lockstep {

/// All elements of one batch, owned: what foreachRDD and transform get; Spark's RDD of a batch.
///
/// Operations are computed at once, in the calling thread, and give a new collection; this one
/// stays. Elements are in order of partition, then of arrival, and operations keep that order.
/// Elements and keys are equal when their bytes are (Serde). What the function makes of a batch is
/// its own memory; only what the batch brought is bounded.
/// Thread: one at a time.
template <class T>
class CollectedRdd {
 public:
  using Element = Owned<T>;
  using Elements = std::vector<Element>;

  /// One partition. For data sets of the program's own, to join with.
  explicit CollectedRdd(Elements elements, std::vector<OffsetRange> ranges = {})
      : CollectedRdd(std::move(elements), {}, std::move(ranges)) {
    ends_.push_back(elements_.size());
  }
  /// `ends`: where each partition ends, as a count of elements.
  CollectedRdd(Elements elements, std::vector<std::size_t> ends, std::vector<OffsetRange> ranges)
      : elements_(std::move(elements)), ends_(std::move(ends)), ranges_(std::move(ranges)) {}

  [[nodiscard]] const Elements& collect() const { return elements_; }
  [[nodiscard]] std::size_t count() const { return elements_.size(); }
  [[nodiscard]] bool isEmpty() const { return elements_.empty(); }
  /// The first `count`, or as many as there are.
  [[nodiscard]] Elements take(std::size_t count) const {
    return Elements(elements_.begin(),
                    elements_.begin() + static_cast<long>(std::min(count, elements_.size())));
  }
  /// Throws std::out_of_range when there is none.
  [[nodiscard]] const Element& first() const {
    if (elements_.empty()) throw std::out_of_range("first() of an empty collection");
    return elements_.front();
  }
  /// The `count` largest, the largest first; among equals the earlier.
  template <class Less = std::less<>>
  [[nodiscard]] Elements top(std::size_t count, Less less = {}) const {
    Elements sorted = elements_;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](const Element& a, const Element& b) { return less(b, a); });
    if (sorted.size() > count)
      sorted.erase(sorted.begin() + static_cast<long>(count), sorted.end());
    return sorted;
  }
  /// All folded from the left. Throws std::out_of_range when there is none.
  template <class F>
  [[nodiscard]] Element reduce(F f) const {
    Element result = first();
    for (std::size_t i = 1; i < elements_.size(); ++i) result = f(result, elements_[i]);
    return result;
  }
  template <class F>
  void foreach (F f) const {
    for (const Element& element : elements_) f(element);
  }
  /// f(span of a partition's elements) for each, empty ones too.
  template <class F>
  void foreachPartition(F f) const {
    for (std::size_t i = 0; i < ends_.size(); ++i) f(partition(i));
  }
  /// Partitions of the inputs or shards of the stage before.
  [[nodiscard]] std::size_t getNumPartitions() const { return ends_.size(); }
  /// What the batch read, of every input; kept by the operations. Empty for a window's.
  [[nodiscard]] const std::vector<OffsetRange>& offsetRanges() const { return ranges_; }

  template <class F>
  [[nodiscard]] auto map(F f) const {
    using U = std::decay_t<std::invoke_result_t<F&, const Element&>>;
    return perPartition<U>([&](const Element& element, auto& out) { out.push_back(f(element)); });
  }
  /// f returns a range.
  template <class F>
  [[nodiscard]] auto flatMap(F f) const {
    using Range = std::invoke_result_t<F&, const Element&>;
    using U = std::decay_t<decltype(*std::begin(std::declval<std::decay_t<Range>&>()))>;
    return perPartition<U>([&](const Element& element, auto& out) {
      for (auto&& item : f(element)) out.emplace_back(item);
    });
  }
  template <class F>
  [[nodiscard]] CollectedRdd filter(F f) const {
    return perPartition<T>([&](const Element& element, auto& out) {
      if (f(element)) out.push_back(element);
    });
  }
  /// (f(element), element).
  template <class F>
  [[nodiscard]] auto keyBy(F f) const {
    return map([&](const Element& element) { return std::pair(f(element), element); });
  }
  /// This one's partitions, then the other's. Spark's union.
  [[nodiscard]] CollectedRdd unite(const CollectedRdd& other) const {
    CollectedRdd all = *this;
    all.elements_.insert(all.elements_.end(), other.elements_.begin(), other.elements_.end());
    for (const std::size_t end : other.ends_) all.ends_.push_back(elements_.size() + end);
    return all;
  }
  /// In ascending order of f(element), or descending; equal ones keep their order. One partition.
  template <class F>
  [[nodiscard]] CollectedRdd sortBy(F f, bool ascending = true) const {
    Elements sorted = elements_;
    std::stable_sort(sorted.begin(), sorted.end(), [&](const Element& a, const Element& b) {
      return ascending ? f(a) < f(b) : f(b) < f(a);
    });
    return CollectedRdd(std::move(sorted), ranges_);
  }
  /// Each element once, where it was first.
  [[nodiscard]] CollectedRdd distinct() const {
    std::unordered_set<std::string> seen;
    return filter([&](const Element& element) { return seen.insert(bytesOf(element)).second; });
  }

  /// For pairs: (key, f(value)).
  template <class F>
  [[nodiscard]] auto mapValues(F f) const {
    return map([&](const Element& pair) { return std::pair(pair.first, f(pair.second)); });
  }
  /// For pairs: f folded over each key's values; keys in order of first sight. One partition.
  template <class F>
  [[nodiscard]] CollectedRdd reduceByKey(F f) const {
    std::unordered_map<std::string, std::size_t> places;
    Elements folded;
    for (const Element& pair : elements_) {
      const auto [place, fresh] = places.try_emplace(bytesOf(pair.first), folded.size());
      if (fresh)
        folded.push_back(pair);
      else
        folded[place->second].second = f(folded[place->second].second, pair.second);
    }
    return CollectedRdd(std::move(folded), ranges_);
  }
  /// For pairs: (key, (value, other's value)) for each two with the same key, in this one's order.
  template <class U>
  [[nodiscard]] auto join(const CollectedRdd<U>& other) const {
    using K = typename Element::first_type;
    using Pair =
        std::pair<K, std::pair<typename Element::second_type, typename Owned<U>::second_type>>;
    std::unordered_map<std::string, std::vector<std::size_t>> right;
    for (std::size_t i = 0; i < other.count(); ++i)
      right[bytesOf(other.collect()[i].first)].push_back(i);
    return perPartition<Pair>([&](const Element& pair, auto& out) {
      const auto found = right.find(bytesOf(pair.first));
      if (found == right.end()) return;
      for (const std::size_t i : found->second)
        out.push_back({pair.first, {pair.second, other.collect()[i].second}});
    });
  }
  /// For pairs: those whose key the other one does not have.
  template <class U>
  [[nodiscard]] CollectedRdd subtractByKey(const CollectedRdd<U>& other) const {
    std::unordered_set<std::string> keys;
    for (const auto& pair : other.collect()) keys.insert(bytesOf(pair.first));
    return filter([&](const Element& pair) { return !keys.contains(bytesOf(pair.first)); });
  }

 private:
  [[nodiscard]] std::span<const Element> partition(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::span<const Element>(elements_).subspan(begin, ends_[index] - begin);
  }
  /// add(element, out) for each element; what it adds stays in the element's partition.
  template <class U, class Add>
  [[nodiscard]] CollectedRdd<U> perPartition(const Add& add) const {
    std::vector<Owned<U>> out;
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      for (const Element& element : partition(i)) add(element, out);
      ends.push_back(out.size());
    }
    return CollectedRdd<U>(std::move(out), std::move(ends), ranges_);
  }
  template <class V>
  static std::string bytesOf(const V& value) {
    std::string bytes;
    Serde<V>{}.append(bytes, value);
    return bytes;
  }

  Elements elements_;
  std::vector<std::size_t> ends_;
  std::vector<OffsetRange> ranges_;
};

}  // namespace lockstep
