#pragma once

#include <type_traits>
#include <utility>

#include <lockstep/dstream/reduction.hpp>
#include <lockstep/dstream/state_stage.hpp>

namespace lockstep::detail {

/// updateStateByKey with a built-in reduction: touches hundreds of keys at once and updates the
/// eight bytes of each in place. This is the hot path of a running count. Longs arrive folded by
/// key (combining_write.hpp), counts as how many there were.
template <class K, class V, class R, class KeySerde>
class ReductionStage final
    : public StateStage<
          K, std::conditional_t<std::is_same_v<R, reduction::Count>, std::int64_t, V>, KeySerde,
          Serde<std::conditional_t<std::is_same_v<R, reduction::Count>, std::int64_t, V>>> {
  static constexpr bool kCounts = std::is_same_v<R, reduction::Count>;

 public:
  using State = std::conditional_t<kCounts, std::int64_t, V>;
  using Base = StateStage<K, State, KeySerde, Serde<State>>;
  using Element = typename Base::Element;

  ReductionStage(std::string step, const RddBase& parent, StateOptions options, KeySerde keys,
                 InitialState initial)
      : Base(std::move(step), parent, std::move(options), {std::move(keys), {}},
             std::move(initial)) {}

  void connect(Task& task, ChunkSink<Element>& consumer) override {
    source(task).consumers().add(consumer);
  }

 protected:
  SourceOperator<Element>& source(Task& task) override {
    return task.instance<Reducer>(this).first.source;
  }
  Status visitIdle(Task&, StateShard&, BatchTime) override { return {}; }

  Status applyValues(Task& task, StateShard& shard) override {
    Reducer& chunk = task.instance<Reducer>(this).first;
    chunk.size = 0;
    Status touched;
    const auto apply = [&] {
      const std::size_t size = std::exchange(chunk.size, 0);
      if (touched.ok())
        touched = shard.touch(task.plan().id, task.plan().time, {chunk.keys.data(), size},
                              chunk.entries.data());
      if (!touched.ok()) return;
      for (std::size_t i = 0; i < size; ++i) updateOne(*chunk.entries[i], chunk.values[i]);
    };
    const std::uint32_t mark = murmur2(InitialState::kMark);
    this->shuffle().forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      bucket.forEach([&](const ShuffledElement& element) {
        if (element.hash == mark && InitialState::isMark(element.key)) [[unlikely]] {
          if (touched.ok()) touched = refuse(task, element);
          return;
        }
        chunk.keys[chunk.size] = {element.key, element.hash};
        chunk.values[chunk.size] = Serde<State>{}.read(element.value);
        if (++chunk.size == kChunkElements) apply();
      });
    });
    if (chunk.size > 0) apply();
    LOCKSTEP_TRY(touched);
    return task.checkCancelled();
  }

 private:
  Status refuse(Task& task, const ShuffledElement& element) const {
    auto error = InitialState::refusal();
    error.setStep(this->step());
    FailedElement failed;
    failed.key = element.key;
    failed.value = element.value;
    return task.reject(failed, error);
  }

  struct Reducer final : Operator {
    explicit Reducer(Task& task) : source(task) {}
    void begin(Task& task) override { source.begin(task); }
    SourceOperator<Element> source;
    std::size_t size = 0;
    std::array<StateKey, kChunkElements> keys;
    std::array<State, kChunkElements> values{};
    std::array<StateEntry*, kChunkElements> entries{};
  };

  static void updateOne(StateEntry& entry, State value) {
    using Fold = std::conditional_t<kCounts, reduction::Sum, R>;
    const State state = entry.present() ? Fold::next(Serde<State>{}.read(entry.value()), value)
                                        : Fold::first(value);
    char bytes[8];
    storeBigEndian(bytes, std::bit_cast<std::uint64_t>(state));
    entry.setInline(bytes, sizeof bytes);
  }
};

}  // namespace lockstep::detail
