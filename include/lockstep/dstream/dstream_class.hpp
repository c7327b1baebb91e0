#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

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
template <class F>
class StateSpecOf;
template <class T>
class EventTimeDStream;
struct WatermarkOptions;
template <class K, class V>
class Table;
template <class T>
struct RememberedBatch;

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

/// Gives a table's key for an element.
template <class F, class T>
concept TableKeyOf = std::is_invocable_v<const F&, const T&> ||
    std::is_invocable_v<const F&, const T&, TaskContext&>;

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
  /// (key, each element of the range that f(value) returns). REQUIRES: T is a pair.
  template <class F>
  auto flatMapValues(F f, const std::string& step = {}) const;
  /// All elements of both; a stream united with itself has each element twice. For a list of
  /// streams: unite({a, b, c}), union.hpp.
  DStream unite(const DStream& other, const std::string& step = {}) const;

  /// Per batch and key, f folded over the values in order of arrival; keys in order of first sight.
  /// An empty batch gives nothing. REQUIRES: T is a pair.
  template <class F>
  auto reduceByKey(F f, const ShuffleOptions& options = {}) const;
  /// Per batch and key, all its values: (key, std::vector<V>), the values in order of map partition
  /// and arrival, keys in order of first sight. An empty batch gives nothing. Every value crosses
  /// the shuffle: to fold them, reduceByKey and combineByKey are cheaper. REQUIRES: T is a pair.
  auto groupByKey(const ShuffleOptions& options = {}) const;
  /// Per batch and key, a combiner C: create_combiner(V) -> C makes it of a key's first value in
  /// each map partition, merge_value(C, V) -> C adds the partition's other values,
  /// merge_combiners(C, C) -> C what the partitions have. Either merge may take C& and return
  /// nothing: it changes the combiner in place, and leaves it as it was when it throws. A value
  /// that a function throws on is rejected, the others stay. Order as reduceByKey. REQUIRES: T is a
  /// pair, Serde<C>.
  template <class Create, class MergeValue, class MergeCombiners>
  auto combineByKey(Create create_combiner, MergeValue merge_value, MergeCombiners merge_combiners,
                    const ShuffleOptions& options = {}) const;
  /// reduceByKey that begins with `zero`, which is the key's and the map partition's: it should be
  /// neutral, since a key may have it once for each partition. REQUIRES: T is a pair.
  template <class Zero, class F>
  auto foldByKey(Zero zero, F f, const ShuffleOptions& options = {}) const;
  /// combineByKey that begins with `zero` of type C: seq_op(C, V) -> C, comb_op(C, C) -> C. `zero`
  /// as in foldByKey. REQUIRES: T is a pair, Serde<C>.
  template <class C, class SeqOp, class CombOp>
  auto aggregateByKey(C zero, SeqOp seq_op, CombOp comb_op,
                      const ShuffleOptions& options = {}) const;
  /// Per batch and key the sum, least, greatest value. Longs wrap around, as in Java.
  /// REQUIRES: T is a pair; its values are numbers, or have `<`.
  auto sumByKey(const ShuffleOptions& options = {}) const;
  auto minByKey(const ShuffleOptions& options = {}) const;
  auto maxByKey(const ShuffleOptions& options = {}) const;
  /// Per batch and key the arithmetic mean, a double. REQUIRES: T is a pair of any and a number.
  auto avgByKey(const ShuffleOptions& options = {}) const;
  /// Per batch and key how many elements it has: (key, std::int64_t). REQUIRES: T is a pair.
  auto countByKey(const ShuffleOptions& options = {}) const;
  /// Per batch each element once, in order of first sight. Equal means: the same bytes (Serde<T>).
  DStream distinct(const ShuffleOptions& options = {}) const;
  /// The same elements dealt out in turn to `partitions` tasks, for work that needs more or fewer
  /// of them. Throws Error E031 for 0. REQUIRES: Serde<T>.
  DStream repartition(std::uint32_t partitions, const std::string& step = {}) const;

  /// Per batch and key, the values of both streams: (key, (std::vector<V>, std::vector<W>)), also
  /// of keys that only one of them has. Keys in order of first sight, this stream's first; values
  /// in order of map partition and arrival. REQUIRES: both are streams of pairs with the same key
  /// type.
  template <class U>
  auto cogroup(const DStream<U>& other, const ShuffleOptions& options = {}) const;
  /// (key, (V, W)) for each pair of values of the batch with the same key: duplicates give the
  /// product. Order as cogroup, the other stream's values varying fastest. A stream may be joined
  /// with itself. REQUIRES: as cogroup.
  template <class U>
  auto join(const DStream<U>& other, const ShuffleOptions& options = {}) const;
  /// The same, and this stream's values without a partner: (key, (V, std::optional<W>)).
  template <class U>
  auto leftOuterJoin(const DStream<U>& other, const ShuffleOptions& options = {}) const;
  /// The same for the other stream's: (key, (std::optional<V>, W)).
  template <class U>
  auto rightOuterJoin(const DStream<U>& other, const ShuffleOptions& options = {}) const;
  /// Both: (key, (std::optional<V>, std::optional<W>)).
  template <class U>
  auto fullOuterJoin(const DStream<U>& other, const ShuffleOptions& options = {}) const;

  /// (key, (value, the table's value)) for each pair whose key the table has (table.hpp); what
  /// becomes of the others says options.on_missing. The table's records of the same batch count
  /// already. Goes through a shuffle by key: partition counts need not agree. REQUIRES: T is a pair
  /// with the table's key type.
  template <class TableKey, class W>
  auto joinTable(const Table<TableKey, W>& table, const TableJoinOptions& options = {}) const;
  /// The same, and nothing where the table has no such key: (key, (value, std::optional<W>)).
  template <class TableKey, class W>
  auto leftJoinTable(const Table<TableKey, W>& table, const TableJoinOptions& options = {}) const;
  /// Both by the table key that key_of(element) or key_of(element, context) gives. The stream's
  /// keys stay what they are, and each key's elements in order: they go to the table and come back,
  /// through two shuffles. REQUIRES: T is a pair.
  template <class TableKey, class W, class F>
  requires detail::TableKeyOf<F, T>
  auto joinTable(const Table<TableKey, W>& table, F key_of,
                 const TableJoinOptions& options = {}) const;
  template <class TableKey, class W, class F>
  requires detail::TableKeyOf<F, T>
  auto leftJoinTable(const Table<TableKey, W>& table, F key_of,
                     const TableJoinOptions& options = {}) const;

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
  /// The same with keys that have a state before the first batch: vectors of (key, state), owned.
  /// They are taken once in the life of the state, never again after a restart nor when they were
  /// removed; the first tick visits those without values. Of several states for a key the last
  /// counts.
  template <class F, class InitialKey, class InitialValue>
  auto updateStateByKey(F f, const StateOptions& options,
                        const std::vector<std::pair<InitialKey, InitialValue>>& initial) const;

  /// Calls the spec's function once per element with the key's state, and for keys that time out;
  /// passes on what it returns. Gives a MapWithStateDStream; see state_spec.hpp. REQUIRES: T is a
  /// pair.
  template <class F>
  auto mapWithState(const StateSpecOf<F>& spec) const;

  /// Calls f(rdd) or f(rdd, batch time) once per batch, also an empty one, with all its elements as
  /// a CollectedRdd (collected_rdd.hpp), and passes on the CollectedRdd that it returns: f may use
  /// other data and other steps from batch to batch. Elements are owned from there on. It runs in
  /// one task; what the batch brings counts against the bound of its shuffles. One that throws
  /// stops the application (E303), with nothing of the batch committed.
  template <class F>
  auto transform(F f, const std::string& step = {}) const;
  /// The same over two streams: f(rdd, other's rdd) or f(rdd, other's rdd, batch time).
  template <class U, class F>
  auto transformWith(const DStream<U>& other, F f, const std::string& step = {}) const;
  /// Calls f(span of owned elements) once per partition of the batch, empty ones too, and passes on
  /// the elements of the range that it returns. A partition is one of the input's, or one shard of
  /// the stage before. Bounded and guarded as transform; partitions run side by side.
  template <class F>
  auto mapPartitions(F f, const std::string& step = {}) const;
  /// Per partition one element: a vector of all its elements.
  auto glom(const std::string& step = {}) const;
  /// One stream per predicate, as an array: an element goes to the first whose predicate holds, and
  /// nowhere if none does. Predicates as for filter.
  template <class... P>
  auto branch(P... predicates) const;
  /// Per batch the `count` largest elements, the largest first; among equals the earlier.
  template <class Less = std::less<>>
  auto topN(std::size_t count, Less less = {}, const std::string& step = {}) const;
  /// Per batch and key (key, vector of its `count` largest values), the largest first; among equals
  /// the earlier. REQUIRES: T is a pair.
  template <class Less = std::less<>>
  auto topNByKey(std::size_t count, Less less = {}, const ShuffleOptions& options = {}) const;

  /// Windows in batch time: every `slide`, the batches of the last `length`; see
  /// window_timing.hpp. Both are whole multiples of the batch interval, or of the stream's slide if
  /// it is windowed itself (else start() throws E031). What hangs on the result runs when a window
  /// ends, and only then. All keep their panes in the state: `options.id` is required.
  ///
  /// All elements of the window, those of earlier batches first. REQUIRES: Serde<T>.
  DStream window(std::chrono::milliseconds length, std::chrono::milliseconds slide,
                 const WindowOptions& options) const;
  /// How many elements the window has; nothing before the first element ever.
  DStream<std::int64_t> countByWindow(std::chrono::milliseconds length,
                                      std::chrono::milliseconds slide,
                                      const WindowOptions& options) const;
  /// f folded over the window's elements; nothing for an empty window. f is associative and
  /// commutative. REQUIRES: Serde<T>.
  template <class F>
  DStream reduceByWindow(F f, std::chrono::milliseconds length, std::chrono::milliseconds slide,
                         const WindowOptions& options) const;
  /// The same by taking off what leaves: inverse(f(a, b), b) == a. After the first element ever an
  /// empty window gives what is left of it, unless `drop_empty`.
  template <class F, class Inverse>
  DStream reduceByWindow(F f, Inverse inverse, std::chrono::milliseconds length,
                         std::chrono::milliseconds slide, const WindowOptions& options) const;
  /// f folded over the window's values of each key. f is associative and commutative, or one of
  /// reduction::. REQUIRES: T is a pair.
  template <class F>
  auto reduceByKeyAndWindow(F f, std::chrono::milliseconds length, std::chrono::milliseconds slide,
                            const WindowOptions& options) const;
  /// The same by taking off what leaves: inverse(f(a, b), b) == a. What a boundary costs depends on
  /// the keys, not on the length. A key without values left stays, at what the inverse made of it,
  /// unless `drop_empty`, or a `filter(const std::pair<K, V>&)` that is false for it. A key that
  /// the filter hides while it has values comes back with all of them.
  template <class F, class Inverse>
  auto reduceByKeyAndWindow(F f, Inverse inverse, std::chrono::milliseconds length,
                            std::chrono::milliseconds slide, const WindowOptions& options) const;
  template <class F, class Inverse, class Filter>
  auto reduceByKeyAndWindow(F f, Inverse inverse, std::chrono::milliseconds length,
                            std::chrono::milliseconds slide, Filter filter,
                            const WindowOptions& options) const;
  /// (key, std::vector<V>): the window's values of each key. REQUIRES: T is a pair.
  auto groupByKeyAndWindow(std::chrono::milliseconds length, std::chrono::milliseconds slide,
                           const WindowOptions& options) const;
  /// (element, number of times) in the window. REQUIRES: Serde<T>.
  auto countByValueAndWindow(std::chrono::milliseconds length, std::chrono::milliseconds slide,
                             const WindowOptions& options) const;

  /// Gives each element its event time: f(element) or f(element, context) returns a time, or
  /// milliseconds since 1970; one before 1970 rejects the record. What follows may use windows in
  /// event time: event_time_stream.hpp. `options.id` is required: the watermark is state. Place it
  /// where the partitions are the input's: in front of shuffles, unions and filters.
  template <class F>
  EventTimeDStream<T> assignTimestamps(F f, const WatermarkOptions& options) const;
  /// The same with the records' own timestamps. REQUIRES: a stream of RecordView.
  [[nodiscard]] EventTimeDStream<T> withWatermark(const WatermarkOptions& options) const;

  /// Shows the first elements of every batch after its commit, as Spark does.
  void print(std::size_t limit = 10, const std::string& step = {}) const;
  /// Calls f(rdd), f(rdd, batch time) or f(rdd, batch time, batch id) with all elements of every
  /// batch before its commit; it is called again with the same id, time and content when the batch
  /// is run again after a crash. A batch that closes windows at several times calls it for each:
  /// (id, time) names one call.
  template <class F>
  void foreachRDD(F f, const std::string& step = {}) const;

  /// Writes the elements of every batch that has some as lines of text (appendText) to the file
  /// PREFIX-TIME_IN_MS[.SUFFIX]/part-BATCH, which appears, whole, after the batch's commit: exactly
  /// once, as long as the disk keeps it. Memory: a batch's text counts as its output.
  void saveAsTextFiles(const std::string& prefix, const std::string& suffix = {},
                       const std::string& step = {}) const;
  /// The same with each element's bytes (Serde) behind their length, 4 bytes big endian;
  /// readObjectFile() reads them back.
  void saveAsObjectFiles(const std::string& prefix, const std::string& suffix = {},
                         const std::string& step = {}) const;

  /// The committed elements of the times from `from` to `to`, both rounded down to the batch
  /// interval (of a windowed stream: to its slide) and both taken in; include remember.hpp. One
  /// entry per time, the oldest first, without elements where the time had none or has not come;
  /// times at or before 0 are left out; nothing when `to` lies before `from`. Throws Error E072 for
  /// a stream that remember() does not keep, for times that it no longer keeps, and for more than
  /// 100,000 times. Entries are shared and never change. Thread: any, once start() has returned.
  [[nodiscard]] std::vector<std::shared_ptr<const RememberedBatch<T>>> slice(BatchTime from,
                                                                             BatchTime to) const;

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
