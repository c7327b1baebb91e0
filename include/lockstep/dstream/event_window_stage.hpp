#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <lockstep/dstream/event_window_keys.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/dstream/state_stage.hpp>
#include <lockstep/dstream/timer_wheel.hpp>
#include <lockstep/dstream/watermark.hpp>

namespace lockstep::detail {

/// What stages of windows in event time by key have in common, whatever a window is: a watermark
/// by which the timers of a shard go off, and how a window is passed on. `Combine` (keyed_fold.hpp)
/// folds a window's elements.
template <class K, class Combine, class KeySerde>
class EventWindowStage : public Rdd<std::pair<K, Windowed<typename Combine::Combined>>>,
                         public ShardStage {
 public:
  using Combined = typename Combine::Combined;
  using Element = std::pair<K, Windowed<Combined>>;

 protected:
  /// What a task has to do so; a stage adds its own.
  struct Ending : Operator {
    explicit Ending(Task& task) : source(task) {}
    void begin(Task& task) override {
      source.begin(task);
      wheel.begin();
      waiting.clear();
    }
    SourceOperator<Element> source;
    TimerWheel wheel{kTimersTag};
    WaitingBytes waiting;  ///< values of elements in `source`
    std::string describing;
  };

  EventWindowStage(const RddBase& parent, const WatermarkStage& watermark,
                   EventWindowOptions options, std::pair<KeySerde, Combine> parts)
      : Rdd<Element>(options.id, "eventWindow"),
        watermark_(watermark),
        options_(std::move(options)),
        keys_(std::move(parts.first)),
        combine_(std::move(parts.second)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
    this->readsThroughExchange(watermark);
  }

  [[nodiscard]] const WatermarkStage& watermark() const { return watermark_; }
  [[nodiscard]] const EventWindowOptions& options() const { return options_; }
  [[nodiscard]] const Combine& combine() const { return combine_; }

  /// Calls visit(time, bytes) for each timer that the watermark has passed, all of them when the
  /// batch flushes, and sends on what visit() passed on.
  template <class Visit>
  Status fireTimers(Task& task, StateShard& shard, Ending& ending, const Visit& visit) const {
    const bool flushes = task.plan().flushes;
    const auto now = watermark_.now();
    if (!now && !flushes) return {};
    LOCKSTEP_TRY(ending.wheel.fire(place(task, shard), flushes ? EventTime::max() : *now, visit));
    return ending.source.flush(DescribeKey<KeySerde>{keys_, ending.describing});
  }
  /// Writes the timers that were set and that went off.
  Status commitTimers(Task& task, StateShard& shard, Ending& ending) const {
    return ending.wheel.commit(place(task, shard), watermark_.now().value_or(EventTime()));
  }

  /// `window`: its value as bytes, which are copied.
  Status passOn(Ending& ending, std::string_view key,
                const Windowed<std::string_view>& window) const {
    const DescribeKey<KeySerde> describe{keys_, ending.describing};
    LOCKSTEP_ASSIGN(const bool flushed, ending.source.makeRoom(describe));
    if (flushed) ending.waiting.clear();
    const std::string_view value = ending.waiting.template keep<Combined>(window.value);
    return ending.source.add(
        describe, keys_.read(key),
        Windowed<Combined>{window.start, window.end, combine_.combiners.read(value)});
  }

 private:
  [[nodiscard]] static TimerWheel::Place place(Task& task, StateShard& shard) {
    return {shard, task.plan().id, task.plan().time};
  }

  const WatermarkStage& watermark_;
  const EventWindowOptions options_;
  const KeySerde keys_;
  const Combine combine_;
};

}  // namespace lockstep::detail
