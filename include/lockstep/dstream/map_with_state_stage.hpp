#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/initial_state.hpp>
#include <lockstep/dstream/state_spec.hpp>
#include <lockstep/dstream/state_stage.hpp>

namespace lockstep::detail {

/// Calls a function of mapWithState in whichever form it has.
template <class F, class K, class V, class S>
decltype(auto) callMapping(const F& function, TaskContext& context, const K& key,
                           std::optional<V> value, State<S>& state) {
  if constexpr (std::is_invocable_v<const F&, TaskContext&, const K&, std::optional<V>, State<S>&>)
    return function(context, key, std::move(value), state);
  else if constexpr (std::is_invocable_v<const F&, BatchTime, const K&, std::optional<V>,
                                         State<S>&>)
    return function(context.time, key, std::move(value), state);
  else
    return function(key, std::move(value), state);
}

/// Hands out the snapshots of a stage, whatever it maps to.
template <class K, class S>
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  /// REQUIRES: the stage is the task's.
  virtual void connectSnapshots(Task& task, ChunkSink<std::pair<K, S>>& consumer) = 0;
};

/// mapWithState: one task per shard, on the shard's worker.
///
/// Order of one batch: the initial state, once; a tick that earlier batches left open is closed
/// (time-outs, then the snapshot); then the batch's elements, in order of arrival; then the batch's
/// own tick if it closes it; then the seal.
///
/// M: what passes on. F: the function. Serdes: of key, value and state.
template <class K, class V, class S, class M, class F, class Serdes>
class MapWithStateStage final : public Rdd<M>, public ShardStage, public SnapshotSource<K, S> {
 public:
  struct Options {
    std::string id;
    std::optional<std::chrono::milliseconds> timeout;
    InitialState initial_state;
  };

  MapWithStateStage(const RddBase& parent, Options options, Serdes serdes, F function)
      : Rdd<M>(options.id, "mapWithState"),
        options_(std::move(options)),
        serdes_(std::move(serdes)),
        function_(std::move(function)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  void connect(Task& task, ChunkSink<M>& consumer) override {
    mapper(task).mapped.consumers().add(consumer);
  }
  void connectSnapshots(Task& task, ChunkSink<std::pair<K, S>>& consumer) override {
    mapper(task).snapshots.consumers().add(consumer);
  }

  Status run(Task& task) override {
    const BatchPlan& plan = task.plan();
    StateShard& shard = shardOf(task, options_.id);
    LOCKSTEP_TRY(options_.initial_state.take(task, shard, shuffle(), serdes_.key, plan.time,
                                             mapper(task).initial_checked));
    if (!plan.closes_first.empty()) LOCKSTEP_TRY(close(task, shard, plan.closes_first.back()));
    task.context().time = plan.time;
    LOCKSTEP_TRY(mapElements(task, shard));
    if (plan.closes_own_tick) LOCKSTEP_TRY(close(task, shard, plan.time));
    seal(task, options_.id);
    return {};
  }

 private:
  struct Mapper final : Operator {
    explicit Mapper(Task& task) : mapped(task), snapshots(task) {}
    void begin(Task& task) override {
      mapped.begin(task);
      snapshots.begin(task);
    }
    SourceOperator<M> mapped;
    SourceOperator<std::pair<K, S>> snapshots;
    std::optional<BatchId> initial_checked;
    std::size_t size = 0;  ///< elements gathered
    std::array<ShuffledElement, kChunkElements> elements;
    std::array<StateKey, kChunkElements> keys;
    std::array<StateEntry*, kChunkElements> entries{};
    std::string scratch;      ///< a state's bytes
    std::string key_scratch;  ///< the key's of an element that fails later
    WaitingBytes waiting;     ///< keys that time out, until what was made of them is passed on
  };
  Mapper& mapper(Task& task) { return task.instance<Mapper>(this).first; }

  Status mapElements(Task& task, StateShard& shard) {
    Mapper& m = mapper(task);
    m.size = 0;
    Status status;
    shuffle().forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      bucket.forEach([&](const ShuffledElement& element) {
        if (!status.ok()) return;
        m.elements[m.size] = element;
        m.keys[m.size] = {element.key, element.hash};
        if (++m.size == kChunkElements) status = mapChunk(task, shard, m);
      });
    });
    LOCKSTEP_TRY(std::move(status));
    LOCKSTEP_TRY(mapChunk(task, shard, m));
    return flushMapped(m);
  }

  Status mapChunk(Task& task, StateShard& shard, Mapper& m) {
    const std::size_t size = std::exchange(m.size, 0);
    LOCKSTEP_TRY(
        shard.touch(task.plan().id, task.plan().time, {m.keys.data(), size}, m.entries.data()));
    for (std::size_t i = 0; i < size; ++i) {
      const ShuffledElement& element = m.elements[i];
      const auto map = [&](State<S>& state) {
        if (InitialState::isMark(element.key)) throw InitialState::refusal();
        return callMapping(function_, task.context(), serdes_.key.read(element.key),
                           std::optional<V>(serdes_.value.read(element.value)), state);
      };
      LOCKSTEP_TRY(mapOne(task, shard, {element.key, element.value}, *m.entries[i], map));
    }
    return task.checkCancelled();
  }

  struct Bytes {
    std::string_view key;
    std::optional<std::string_view> value;  ///< none: the key times out
  };

  /// Calls `map` with the entry's state; then stores what it did, and passes on what it gave. The
  /// entry was touched.
  template <class Map>
  Status mapOne(Task& task, StateShard& shard, const Bytes& bytes, StateEntry& entry,
                const Map& map) {
    Mapper& m = mapper(task);
    // First: what the function puts into the task's arena lives until the chunk is passed on.
    LOCKSTEP_ASSIGN([[maybe_unused]] const bool flushed, m.mapped.makeRoom(describe(m)));
    using Result = std::decay_t<decltype(map(std::declval<State<S>&>()))>;
    std::optional<Result> result;
    const auto call = [&] {
      std::optional<S> value;
      if (entry.present()) value = serdes_.state.read(entry.value());
      auto state = StateAccessor::make<S>(std::move(value), !bytes.value);
      result.emplace(map(state));
      if (StateAccessor::updated(state)) {
        m.scratch.clear();
        serdes_.state.append(m.scratch, state.get());
        setState(shard, entry, m.scratch);
      } else if (StateAccessor::removed(state) && entry.present()) {
        shard.remove(entry);
      }
    };
    const auto error = tryElement(call);
    if (!bytes.value && entry.present()) shard.remove(entry);
    if (error) return reject(task, bytes, *error);
    if constexpr (std::is_same_v<Result, std::optional<M>>)
      return *result ? passOn(m, std::move(**result)) : Status();
    else
      return passOn(m, std::move(*result));
  }

  Status reject(Task& task, const Bytes& bytes, RecordError error) {
    if (error.step().empty()) error.setStep(this->step());
    FailedElement failed;
    failed.key = bytes.key;
    failed.value = bytes.value;
    return task.reject(failed, error);
  }

  Status passOn(Mapper& m, M&& result) { return m.mapped.add(describe(m), std::move(result)); }
  Status flushMapped(Mapper& m) { return m.mapped.flush(describe(m)); }
  /// What is known of an element that fails in a later step: the key, if it still leads.
  auto describe(Mapper& m) const {
    if constexpr (std::is_same_v<typename PairKey<M>::type, K>)
      return DescribeKey<typename Serdes::Key>{serdes_.key, m.key_scratch};
    else
      return DescribeNothing{};
  }
  template <class T>
  struct PairKey {
    using type = void;
  };
  template <class A, class B>
  struct PairKey<std::pair<A, B>> {
    using type = A;
  };

  Status close(Task& task, StateShard& shard, BatchTime tick) {
    task.context().time = tick;
    if (options_.timeout) LOCKSTEP_TRY(timeOut(task, shard, tick));
    SourceOperator<std::pair<K, S>>& snapshots = mapper(task).snapshots;
    if (snapshots.consumers().empty()) return {};
    return emitState(shard, snapshots, serdes_.key, serdes_.state);
  }

  /// In the order of the shard's walk.
  Status timeOut(Task& task, StateShard& shard, BatchTime tick) {
    Mapper& m = mapper(task);
    std::array<StateShard::Item, kChunkElements> items;
    std::uint64_t cursor = 0;
    m.waiting.clear();
    for (;;) {
      LOCKSTEP_ASSIGN(const std::size_t found,
                      shard.scanTouchedBefore(tick - *options_.timeout, cursor, items));
      if (found == 0) return flushMapped(m);
      for (std::size_t i = 0; i < found; ++i) {
        if (InitialState::isMark(items[i].key.bytes)) continue;
        LOCKSTEP_ASSIGN(const bool flushed, m.mapped.makeRoom(describe(m)));
        if (flushed) m.waiting.clear();
        const std::string_view key = m.waiting.template keep<K>(items[i].key.bytes);
        shard.touchItems(task.plan().id, tick, {&items[i], 1});
        const auto map = [&](State<S>& state) {
          return callMapping(function_, task.context(), serdes_.key.read(key), std::optional<V>(),
                             state);
        };
        LOCKSTEP_TRY(mapOne(task, shard, {key, {}}, *items[i].entry, map));
      }
      LOCKSTEP_TRY(task.checkCancelled());
    }
  }

  const Options options_;
  const Serdes serdes_;
  const F function_;
};

}  // namespace lockstep::detail
