#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/options.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/model/internal_topics.hpp>
#include <lockstep/rdd/shuffle.hpp>

namespace lockstep::detail {

/// Copies `value` into the entry. REQUIRES: touched in this batch.
inline void setState(StateShard& shard, StateEntry& entry, std::string_view value) {
  if (value.size() <= StateEntry::kInlineMax && entry.takesInline())
    entry.setInline(value.data(), value.size());
  else
    shard.assign(entry, value);
}

[[nodiscard]] inline bool sameState(const StateEntry& a, const StateEntry& b) {
  if (!a.present() || !b.present()) return a.present() == b.present();
  return a.value() == b.value();
}

/// What every stage with state is: one task for each shard of its shuffle, on the shard's worker.
class ShardStage : public Stage {
 public:
  [[nodiscard]] Shuffle& shuffle() { return shuffle_; }
  /// Which of the graph's stateful operators it is.
  void setNumber(std::uint32_t number) { number_ = number; }

  std::uint32_t tasks(const BatchPlan&) const override { return shuffle_.shards(); }
  bool pinned() const override { return true; }

 protected:
  /// The task's shard of the state `id`.
  static StateShard& shardOf(Task& task, const std::string& id) {
    return task.services().state->shard(id, ShardId{task.index()});
  }
  /// The shard's changelog records of this batch, encoded on its worker.
  void seal(Task& task, const std::string& id) const {
    PooledBatch changelog = task.services().pool->acquire();
    task.services().state->seal(task.plan().id, id, ShardId{task.index()}, *changelog);
    task.addOutput({OutputRole::kChangelog,
                    {changelogTopic(task.services().application, id),
                     Partition{static_cast<std::int32_t>(task.index())}},
                    std::move(changelog),
                    number_,
                    {}});
  }

 private:
  Shuffle shuffle_;
  std::uint32_t number_ = 0;
};

/// Passes on every key of a shard with its state, in the order of the walk, but those that `skip`
/// is true for.
template <class Element, class KeySerde, class StateSerde, class Skip>
Status emitState(StateShard& shard, SourceOperator<Element>& out, const KeySerde& keys,
                 const StateSerde& states, const Skip& skip) {
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
      if (skip(items[i].key.bytes)) continue;
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
/// them); then the values; then the batch's own tick if it closes it; then `emit: changed`; then
/// the seal.
template <class K, class S, class KeySerde, class StateSerde>
class StateStage : public Rdd<std::pair<K, std::optional<S>>>, public ShardStage {
 public:
  using Element = std::pair<K, std::optional<S>>;

  StateStage(std::string step, const RddBase& parent, StateOptions options,
             std::pair<KeySerde, StateSerde> serdes)
      : Rdd<Element>(std::move(step), "updateStateByKey"),
        options_(std::move(options)),
        serdes_(std::move(serdes)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  Status run(Task& task) override {
    const BatchPlan& plan = task.plan();
    StateShard& shard = shardOf(task, options_.id);
    if (!plan.closes_first.empty()) LOCKSTEP_TRY(close(task, shard, plan.closes_first.back()));
    task.context().time = plan.time;
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

  Status close(Task& task, StateShard& shard, BatchTime tick) {
    task.context().time = tick;
    if (options_.visit == Visit::kAll) LOCKSTEP_TRY(visitIdle(task, shard, tick));
    if (options_.emit != Emit::kAll) return {};
    return emitState(shard, source(task), keySerde(), stateSerde(),
                     [](std::string_view) { return false; });
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
        std::optional<S> state;
        if (entry.present()) state = stateSerde().read(entry.value());
        LOCKSTEP_TRY(out.add(describe, keySerde().read(items[i].key.bytes), std::move(state)));
      }
    }
    return out.flush(describe);
  }

  const StateOptions options_;
  const std::pair<KeySerde, StateSerde> serdes_;
};

}  // namespace lockstep::detail
