#pragma once

#include <vector>

#include <lockstep/dstream/grouped_values.hpp>
#include <lockstep/dstream/state_stage.hpp>
#include <lockstep/rdd/key_index.hpp>

namespace lockstep::detail {

/// updateStateByKey with a function of the user's: values are grouped by key first, keys in order
/// of first sight.
template <class K, class V, class S, class F, class Serdes>
class UpdateFunctionStage final
    : public StateStage<K, S, typename Serdes::Key, typename Serdes::State> {
  using Base = StateStage<K, S, typename Serdes::Key, typename Serdes::State>;

 public:
  using Element = typename Base::Element;

  UpdateFunctionStage(std::string step, const RddBase& parent, StateOptions options, Serdes serdes,
                      F function, InitialState initial)
      : Base(std::move(step), parent, std::move(options), {serdes.key, serdes.state},
             std::move(initial)),
        values_(serdes.value),
        function_(std::move(function)) {}

  void connect(Task& task, ChunkSink<Element>& consumer) override {
    source(task).consumers().add(consumer);
  }

 protected:
  SourceOperator<Element>& source(Task& task) override { return updater(task).source; }

  Status applyValues(Task& task, StateShard& shard) override {
    Updater& u = updater(task);
    group(task, u);
    const std::size_t keys = u.index.size();
    for (std::size_t first = 0; first < keys; first += kChunkElements) {
      const std::size_t count = std::min(kChunkElements, keys - first);
      u.keys.clear();
      for (std::size_t i = first; i < first + count; ++i)
        u.keys.push_back({u.index.key(i), u.index.hash(i)});
      u.entries.resize(count);
      LOCKSTEP_TRY(shard.touch(task.plan().id, task.plan().time, u.keys, u.entries.data()));
      for (std::size_t i = 0; i < count; ++i) {
        LOCKSTEP_TRY(update(task, u.keys[i].bytes, *u.entries[i], u.values.of(first + i),
                            [&](bool present, std::string_view state) {
                              if (present)
                                setState(shard, *u.entries[i], state);
                              else
                                shard.remove(*u.entries[i]);
                            }));
      }
      LOCKSTEP_TRY(task.checkCancelled());
    }
    return {};
  }

  Status visitIdle(Task& task, StateShard& shard, BatchTime tick) override {
    std::array<StateShard::Item, kChunkElements> items;
    std::uint64_t cursor = 0;
    for (;;) {
      LOCKSTEP_ASSIGN(const std::size_t found, shard.scan(cursor, items));
      if (found == 0) return {};
      for (std::size_t i = 0; i < found; ++i) {
        StateShard::Item& item = items[i];
        if (item.touched >= tick || InitialState::isMark(item.key.bytes)) continue;
        // A key that the visit leaves as it was stays untouched: no undo, no changelog record.
        LOCKSTEP_TRY(update(task, item.key.bytes, *item.entry, {},
                            [&](bool present, std::string_view state) {
                              shard.touchItems(task.plan().id, tick, {&item, 1});
                              if (present)
                                setState(shard, *item.entry, state);
                              else
                                shard.remove(*item.entry);
                            }));
      }
      LOCKSTEP_TRY(task.checkCancelled());
    }
  }

 private:
  struct Updater final : Operator {
    explicit Updater(Task& task) : source(task) {}
    void begin(Task& task) override { source.begin(task); }
    SourceOperator<Element> source;
    KeyIndex index;
    GroupedValues<V> values;
    std::vector<StateKey> keys;
    std::vector<StateEntry*> entries;
    std::string scratch;
  };
  Updater& updater(Task& task) { return task.instance<Updater>(this).first; }

  Status rejectKey(Task& task, std::string_view key, RecordError error) {
    if (error.step().empty()) error.setStep(this->step());
    FailedElement failed;
    failed.key = key;
    return task.reject(failed, error);
  }

  void group(Task& task, Updater& u) {
    u.index.clear();
    u.values.clear();
    this->shuffle().forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      bucket.forEach([&](const ShuffledElement& element) {
        u.values.add(u.index.find(element.hash, element.key), values_.read(element.value));
      });
    });
    u.values.arrange(u.index.size());
  }

  /// Calls the function and hands the encoded result to `store`, unless it equals what is there. A
  /// function that throws leaves the state as it was.
  template <class Store>
  Status update(Task& task, std::string_view key, const StateEntry& entry,
                std::span<const V> values, const Store& store) {
    std::string& scratch = updater(task).scratch;
    std::string_view encoded;
    bool present = false;
    const auto call = [&](std::span<const V> group) {
      if (InitialState::isMark(key)) throw InitialState::refusal();
      std::optional<S> old;
      if (entry.present()) old = this->stateSerde().read(entry.value());
      const std::optional<S> result = callUpdate(task, key, group, std::move(old));
      present = result.has_value();
      if (!present) return;
      scratch.clear();
      this->stateSerde().append(scratch, *result);
      encoded = scratch;
    };
    if (const auto error = tryPush(values, call)) return rejectKey(task, key, *error);
    if (present != entry.present() || (present && encoded != entry.value()))
      store(present, encoded);
    return {};
  }

  std::optional<S> callUpdate(Task& task, std::string_view key, std::span<const V> values,
                              std::optional<S> old) const {
    if constexpr (std::is_invocable_v<const F&, const K&, std::span<const V>, std::optional<S>,
                                      TaskContext&>)
      return function_(this->keySerde().read(key), values, std::move(old), task.context());
    else
      return function_(values, std::move(old));
  }

  const typename Serdes::Value values_;
  const F function_;
};

}  // namespace lockstep::detail
