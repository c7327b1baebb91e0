#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/event_window_keys.hpp>
#include <lockstep/dstream/keyed_state.hpp>
#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/dstream/state_stage.hpp>
#include <lockstep/dstream/timer_wheel.hpp>
#include <lockstep/dstream/watermark.hpp>

namespace lockstep {

/// A timer that goes off.
struct Timer {
  enum class Kind : std::uint8_t { kEventTime, kBatchTime };
  Kind kind;
  EventTime time;
};

namespace detail {

inline constexpr EventTime kNoEventTime = EventTime::min();

// The first bytes of the keys in the state of a process.
inline constexpr char kKeyedTag = 1;
inline constexpr char kPartitionTag = 2;
inline constexpr char kEventTimersTag = 3;
inline constexpr char kBatchTimersTag = 4;

template <class K, class V, class F, class KeySerde, class ValueSerde>
class ProcessStage;

}  // namespace detail

/// Sets timers of the key at hand. One of the past goes off in this batch; one that a timer sets
/// goes off after it. Cannot be taken back: let the function look whether it still wants it.
class TimerService {
 public:
  /// When the watermark passes `time`. REQUIRES: a stream with event times.
  void at(EventTime time) { set_.push_back({Timer::Kind::kEventTime, time}); }
  /// When a tick of `time` or later closes: processing time as a batch knows it.
  void atBatchTime(BatchTime time) { set_.push_back({Timer::Kind::kBatchTime, time}); }

 private:
  template <class K, class V, class F, class KeySerde, class ValueSerde>
  friend class detail::ProcessStage;
  std::vector<Timer> set_;
};

/// What a process function may do and know in a call.
template <class K, class Out>
class ProcessContext {
 public:
  /// Passes `element` on.
  void emit(Out element) { emitted_.push_back(std::move(element)); }
  [[nodiscard]] TimerService& timers() { return timers_; }

  /// The record's; nothing in a timer, or without event times.
  [[nodiscard]] std::optional<EventTime> eventTime() const { return event_time_; }
  /// As the batch found it, in a timer of event time as it leaves it.
  [[nodiscard]] std::optional<EventTime> watermark() const { return watermark_; }
  [[nodiscard]] bool isLate() const {
    return event_time_ && watermark_ && *event_time_ < *watermark_;
  }
  /// Of the batch; before its elements, of the tick that is closed.
  [[nodiscard]] BatchTime batchTime() const { return batch_time_; }

  /// For the types of state.
  [[nodiscard]] detail::KeyedEntries& entries() { return keyed_; }
  [[nodiscard]] detail::KeyedEntries& partitionEntries() { return partition_; }

 private:
  template <class K2, class V, class F, class KeySerde, class ValueSerde>
  friend class detail::ProcessStage;

  detail::KeyedEntries keyed_{detail::kKeyedTag};
  detail::KeyedEntries partition_{detail::kPartitionTag};
  TimerService timers_;
  std::vector<Out> emitted_;
  std::optional<EventTime> event_time_;
  std::optional<EventTime> watermark_;
  BatchTime batch_time_;
};

namespace detail {

/// process.hpp says what it does.
template <class K, class V, class F, class KeySerde, class ValueSerde>
class ProcessStage final : public Rdd<typename F::Output>, public ShardStage {
  using Out = typename F::Output;
  using Context = ProcessContext<K, Out>;
  static_assert(std::is_same_v<Owned<Out>, Out>, "the Output of a process owns its bytes");

 public:
  ProcessStage(const RddBase& parent, const WatermarkStage* watermark, std::string id, F function)
      : Rdd<Out>(id, "process"),
        watermark_(watermark),
        id_(std::move(id)),
        function_(std::move(function)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
    if (watermark != nullptr) this->readsThroughExchange(*watermark);
  }

  void connect(Task& task, ChunkSink<Out>& consumer) override {
    processor(task).source.consumers().add(consumer);
  }

  Status run(Task& task) override {
    const BatchPlan& plan = task.plan();
    StateShard& shard = shardOf(task, id_);
    Processor& p = processor(task);
    const TimerWheel::Place place{shard, plan.id, plan.time};
    p.context.keyed_.begin(shard, plan.id, plan.time);
    p.context.partition_.begin(shard, plan.id, plan.time);
    p.context.watermark_ = watermark_ != nullptr ? watermark_->before() : std::nullopt;
    if (!plan.closes_first.empty())
      LOCKSTEP_TRY(fire(task, p.batch_timers, place, plan.closes_first.back()));
    task.context().time = p.context.batch_time_ = plan.time;
    LOCKSTEP_TRY(takeElements(task));
    EventTime passed{};
    if (watermark_ != nullptr && watermark_->now()) {
      passed = *watermark_->now();
      p.context.watermark_ = passed;
      LOCKSTEP_TRY(fire(task, p.event_timers, place, passed));
    }
    if (plan.closes_own_tick) LOCKSTEP_TRY(fire(task, p.batch_timers, place, plan.time));
    LOCKSTEP_TRY(p.source.flush(DescribeNothing{}));
    LOCKSTEP_TRY(p.event_timers.wheel.commit(place, passed));
    LOCKSTEP_TRY(p.batch_timers.wheel.commit(place, p.batch_timers.passed));
    seal(task, id_);
    return {};
  }

 private:
  struct Timers {
    Timer::Kind kind;
    TimerWheel wheel;
    BatchTime passed{};  ///< in this batch
  };
  struct Processor final : Operator {
    explicit Processor(Task& task) : source(task) {}
    void begin(Task& task) override {
      source.begin(task);
      for (Timers* timers : {&event_timers, &batch_timers}) {
        timers->wheel.begin();
        timers->passed = {};
      }
    }
    SourceOperator<Out> source;
    Context context;
    Timers event_timers{Timer::Kind::kEventTime, TimerWheel(kEventTimersTag)};
    Timers batch_timers{Timer::Kind::kBatchTime, TimerWheel(kBatchTimersTag)};
  };
  Processor& processor(Task& task) { return task.instance<Processor>(this).first; }

  Status takeElements(Task& task) {
    Processor& p = processor(task);
    Status status;
    std::size_t taken = 0;
    shuffle().forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      bucket.forEach([&](const ShuffledElement& element) {
        if (!status.ok()) return;
        const EventTime time = loadTime(element.value.data());
        p.context.event_time_ = time == kNoEventTime ? std::nullopt : std::optional(time);
        const std::string_view value = element.value.substr(8);
        status = call(task, {element.hash, element.key, value}, EventTime(), [&] {
          function_.onRecord(keys_.read(element.key), values_.read(value), p.context);
        });
        if (++taken % kChunkElements == 0 && status.ok()) status = task.checkCancelled();
      });
    });
    p.context.event_time_.reset();
    return status;
  }

  Status fire(Task& task, Timers& timers, const TimerWheel::Place& place, EventTime through) {
    Context& context = processor(task).context;
    if (timers.kind == Timer::Kind::kBatchTime) {
      task.context().time = context.batch_time_ = through;
      timers.passed = through;
    }
    const auto visit = [&](EventTime time, std::string_view key) {
      LOCKSTEP_TRY(task.checkCancelled());
      if constexpr (requires(const F& f, const K& k, const Timer& t, Context& c) {
                      f.onTimer(k, t, c);
                    })
        return call(task, {0, key, {}}, time + std::chrono::milliseconds(1), [&] {
          function_.onTimer(keys_.read(key), Timer{timers.kind, time}, context);
        });
      else
        return Status();
    };
    LOCKSTEP_TRY(timers.wheel.fire(place, through, visit));
    return processor(task).source.flush(DescribeNothing{});
  }

  /// One call of the function; timers that it sets go off at `earliest` at the earliest, so that
  /// one that sets itself again comes to an end.
  template <class Call>
  Status call(Task& task, const ShuffledElement& of, EventTime earliest, const Call& body) {
    Processor& p = processor(task);
    Context& context = p.context;
    context.keyed_.beginCall(of.key);
    context.partition_.beginCall({});
    context.timers_.set_.clear();
    context.emitted_.clear();
    const auto error = tryElement([&] {
      body();
      for (const Timer& timer : context.timers_.set_) checkTimer(timer);
    });
    for (KeyedEntries* entries : {&context.keyed_, &context.partition_}) {
      if (!entries->failure().ok()) return entries->failure();
      if (error) LOCKSTEP_TRY(entries->takeBack());
    }
    if (error) return rejectShuffled(task, of, *error, this->step());
    for (const Timer& timer : context.timers_.set_) {
      Timers& timers = timer.kind == Timer::Kind::kEventTime ? p.event_timers : p.batch_timers;
      timers.wheel.add(std::max(timer.time, earliest), of.key);
    }
    for (Out& element : context.emitted_)
      LOCKSTEP_TRY(p.source.add(DescribeNothing{}, std::move(element)));
    return {};
  }
  void checkTimer(const Timer& timer) const {
    if (timer.time < EventTime())
      throw RecordError(RecordErrorKind::kEval, "a timer for a time before 1970");
    if (timer.kind == Timer::Kind::kEventTime && watermark_ == nullptr)
      throw RecordError(RecordErrorKind::kEval, "a timer of event time in a stream without it");
  }

  const WatermarkStage* const watermark_;
  const std::string id_;
  const F function_;
  const KeySerde keys_{};
  const ValueSerde values_{};
};

}  // namespace detail

}  // namespace lockstep
