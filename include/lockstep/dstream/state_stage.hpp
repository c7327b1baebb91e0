#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/initial_state.hpp>
#include <lockstep/dstream/options.hpp>
#include <lockstep/dstream/shard_stage.hpp>
#include <lockstep/dstream/source_operator.hpp>

namespace lockstep::detail {

/// Passes on every key of a shard with its state, in the order of the walk.
template <class Element, class KeySerde, class StateSerde>
Status emitState(StateShard& shard, SourceOperator<Element>& out, const KeySerde& keys,
                 const StateSerde& states) {
  using K = std::remove_cv_t<typename Element::first_type>;
  using S = decltype(states.read(std::string_view()));
  std::array<StateShard::Item, kChunkElements> items;
  std::string scratch;
  const DescribeKey<KeySerde> describe{keys, scratch};
  WaitingBytes bytes;
  std::uint64_t cursor = 0;
  for (;;) {
    LOCKSTEP_ASSIGN(const std::size_t found, shard.scan(cursor, items));
    if (found == 0) return out.flush(describe);
    for (std::size_t i = 0; i < found; ++i) {
      if (InitialState::isMark(items[i].key.bytes)) continue;
      LOCKSTEP_ASSIGN(const bool flushed, out.makeRoom(describe));
      if (flushed) bytes.clear();
      LOCKSTEP_TRY(out.add(describe, keys.read(bytes.keep<K>(items[i].key.bytes)),
                           states.read(bytes.keep<S>(items[i].entry->value()))));
    }
  }
}

/// The source of a stateful stage: one task per shard, on the shard's worker. A subclass says what
/// the batch's values and the end of a tick do to the state; this passes the states on and seals
/// the shard.
///
/// Order of one batch: ticks that earlier batches left open are closed (visits, once for all of
/// them); then the initial state, once; then the values; then the batch's own tick if it closes it;
/// then `emit: changed`; then the seal.
template <class K, class S, class KeySerde, class StateSerde>
class StateStage : public Rdd<std::pair<K, std::optional<S>>>, public ShardStage {
 public:
  using Element = std::pair<K, std::optional<S>>;

  StateStage(std::string step, const RddBase& parent, StateOptions options,
             std::pair<KeySerde, StateSerde> serdes, InitialState initial)
      : Rdd<Element>(std::move(step), "updateStateByKey"),
        options_(std::move(options)),
        serdes_(std::move(serdes)),
        initial_(std::move(initial)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  Status run(Task& task) override {
    const BatchPlan& plan = task.plan();
    StateShard& shard = shardOf(task, options_.id);
    if (!plan.closes_first.empty()) LOCKSTEP_TRY(close(task, shard, plan.closes_first.back()));
    task.context().time = plan.time;
    LOCKSTEP_TRY(takeInitial(task, shard));
    LOCKSTEP_TRY(applyValues(task, shard));
    if (plan.closes_own_tick) LOCKSTEP_TRY(close(task, shard, plan.time));
    if (options_.emit == Emit::kChanged) LOCKSTEP_TRY(emitChanged(task, shard));
    seal(task, options_.id);
    return {};
  }

 protected:
  /// Applies the shard's values of this batch, at the batch's time.
  virtual Status applyValues(Task& task, StateShard& shard) = 0;
  /// Visits the keys that were touched before `tick` only.
  virtual Status visitIdle(Task& task, StateShard& shard, BatchTime tick) = 0;
  [[nodiscard]] virtual SourceOperator<Element>& source(Task& task) = 0;

  [[nodiscard]] const StateOptions& options() const { return options_; }
  [[nodiscard]] const KeySerde& keySerde() const { return serdes_.first; }
  [[nodiscard]] const StateSerde& stateSerde() const { return serdes_.second; }

 private:
  static constexpr std::size_t kItems = 512;

  struct InitialTaken final : Operator {
    explicit InitialTaken(Task&) {}
    std::optional<BatchId> checked;
  };

  /// As if they were touched just before the batch's time: the tick that it closes visits those
  /// without values, as Spark does.
  Status takeInitial(Task& task, StateShard& shard) {
    if (initial_.empty()) return {};
    InitialTaken& taken = task.instance<InitialTaken>(&initial_).first;
    return initial_.take(task, shard, shuffle(), keySerde(),
                         task.plan().time - std::chrono::milliseconds(1), taken.checked);
  }

  Status close(Task& task, StateShard& shard, BatchTime tick) {
    task.context().time = tick;
    if (options_.visit == Visit::kAll) LOCKSTEP_TRY(visitIdle(task, shard, tick));
    if (options_.emit != Emit::kAll) return {};
    return emitState(shard, source(task), keySerde(), stateSerde());
  }

  Status emitChanged(Task& task, StateShard& shard) {
    std::array<StateShard::Item, kItems> items;
    std::string scratch;
    const DescribeKey<KeySerde> describe{keySerde(), scratch};
    SourceOperator<Element>& out = source(task);
    const BatchId batch = task.plan().id;
    std::uint64_t cursor = 0;
    while (const std::size_t found = shard.touched(batch, cursor, items)) {
      for (std::size_t i = 0; i < found; ++i) {
        const StateEntry& entry = *items[i].entry;
        if (sameState(entry, shard.before(batch, entry))) continue;
        if (InitialState::isMark(items[i].key.bytes)) continue;
        std::optional<S> state;
        if (entry.present()) state = stateSerde().read(entry.value());
        LOCKSTEP_TRY(out.add(describe, keySerde().read(items[i].key.bytes), std::move(state)));
      }
    }
    return out.flush(describe);
  }

  const StateOptions options_;
  const std::pair<KeySerde, StateSerde> serdes_;
  const InitialState initial_;
};

}  // namespace lockstep::detail
