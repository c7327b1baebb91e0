#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <lockstep/dstream/graph.hpp>
#include <lockstep/dstream/options.hpp>
#include <lockstep/dstream/reduction.hpp>
#include <lockstep/formats/owned.hpp>
#include <lockstep/formats/serde.hpp>
#include <lockstep/formats/serde_composite.hpp>
#include <lockstep/rdd/rdd.hpp>

namespace lockstep {

template <class T>
class CollectedRdd;

namespace detail {

template <class T>
struct PairTypes {
  static constexpr bool kIsPair = false;
};
template <class K, class V>
struct PairTypes<std::pair<K, V>> {
  static constexpr bool kIsPair = true;
  using Key = K;
  using Value = V;
};
template <class T>
using KeyOf = typename PairTypes<T>::Key;
template <class T>
using ValueOf = typename PairTypes<T>::Value;

}  // namespace detail

/// A continuous stream of T, one distributed collection per batch; Spark's DStream. A cheap handle:
/// copies mean the same stream. Operators add a step and return its stream; nothing is computed
/// before a batch runs, and a stream with several consumers is computed once per batch.
///
/// User functions take (const T&) or (const T&, TaskContext&), are called from several workers at
/// the same time, and have to be deterministic. One that throws rejects the record, not the batch
/// (`errors:`). Views (std::string_view, RecordView) in elements live until the chunk they came
/// with has passed through its stage; shuffles, state and collected results own what they keep.
/// `step` names the step in messages; "" = "map 2".
/// Thread: the one that builds the graph.
template <class T>
class DStream {
 public:
  using Element = T;

  DStream(std::shared_ptr<DStreamGraph> graph, Rdd<T>& rdd)
      : graph_(std::move(graph)), rdd_(&rdd) {}

  /// One element for each: f(element) or f(element, context).
  template <class F>
  auto map(F f, const std::string& step = {}) const;
  /// Any number of elements for each: f returns a range (views into the element are fine).
  template <class F>
  auto flatMap(F f, const std::string& step = {}) const;
  /// The same without a range: f(element, context, emit) calls emit(U) as often as it likes.
  template <class U, class F>
  DStream<U> flatMap(F f, const std::string& step = {}) const;
  /// Those for which f is true.
  template <class F>
  DStream filter(F f, const std::string& step = {}) const;
  /// (f(element), element).
  template <class F>
  auto keyBy(F f, const std::string& step = {}) const;
  /// (key, f(value)). REQUIRES: T is a pair.
  template <class F>
  auto mapValues(F f, const std::string& step = {}) const;
  /// All elements of both; a stream united with itself has each element twice.
  DStream unite(const DStream& other, const std::string& step = {}) const;

  /// Per batch and key, f folded over the values in order of arrival; keys in order of first sight.
  /// An empty batch gives nothing. REQUIRES: T is a pair.
  template <class F>
  auto reduceByKey(F f, const ShuffleOptions& options = {}) const;
  /// (element, number of times) per batch; an empty batch gives nothing.
  auto countByValue(const ShuffleOptions& options = {}) const;
  /// Per batch one element: how many there are; 0 for an empty batch.
  DStream<std::int64_t> count(const std::string& step = {}) const;
  /// Per batch one element: f folded over all; nothing for an empty batch.
  template <class F>
  DStream reduce(F f, const std::string& step = {}) const;

  /// Keeps a state per key: f(values of this batch, state) returns the new state or nothing, which
  /// removes the key. Gives (key, state); see update_state_by_key.hpp. REQUIRES: T is a pair.
  template <class F>
  requires(!BuiltInReduction<F>) auto updateStateByKey(F f, const StateOptions& options) const;
  /// The same with a built-in reduction over longs or doubles, many times faster: idle keys are
  /// known to be unchanged.
  template <class F>
  requires BuiltInReduction<F>
  auto updateStateByKey(F reduction, const StateOptions& options) const;

  /// Shows the first elements of every batch after its commit, as Spark does.
  void print(std::size_t limit = 10, const std::string& step = {}) const;
  /// Calls f(rdd, batch time) with all elements of every batch before its commit; it is called
  /// again with the same content when the batch is run again after a crash.
  template <class F>
  void foreachRDD(F f, const std::string& step = {}) const;

  /// For operators and connectors.
  [[nodiscard]] const std::shared_ptr<DStreamGraph>& graph() const { return graph_; }
  [[nodiscard]] Rdd<T>& rdd() const { return *rdd_; }

 private:
  template <class Out, class Instance, class F>
  DStream<Out> narrow(const std::string& op, const std::string& step, F f) const;

  std::shared_ptr<DStreamGraph> graph_;
  Rdd<T>* rdd_;
};

}  // namespace lockstep
