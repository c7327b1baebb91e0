#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <lockstep/dstream/event_time.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/dstream/state_stage.hpp>
#include <lockstep/rdd/shuffle.hpp>

namespace lockstep::detail {

/// The greatest event time of one task's elements, told to the watermark at the end of its batch.
class MaxEventTime : public Operator, public Rollbackable {
 public:
  MaxEventTime(Task& task, Shuffle& shuffle)
      : bucket_(shuffle.writer(Lineage::number(task.stage()), task.index()).front()) {}

  void see(EventTime time) {
    if (!greatest_ || time > *greatest_) greatest_ = time;
  }
  void begin(Task&) override { greatest_ = marked_ = std::nullopt; }
  void mark() override { marked_ = greatest_; }
  void rollback() override { greatest_ = marked_; }
  /// Every task tells of itself in every batch, also without elements.
  Status finish(Task& task) override;

 private:
  ShuffleBucket& bucket_;
  std::optional<EventTime> greatest_;
  std::optional<EventTime> marked_;
};

/// What stages behind a watermark ask it. Thread: any, once the watermark's stage has run.
class Watermark {
 public:
  /// Everything before it has come, as far as is known; nothing before the first element.
  using Time = std::optional<EventTime>;

  /// As the batch found it: what is late is judged by it.
  [[nodiscard]] Time before() const { return before_; }
  /// As the batch leaves it: what it has passed goes off.
  [[nodiscard]] Time now() const { return now_; }

 protected:
  ~Watermark() = default;
  void set(Time before, Time now) {
    before_ = before;
    now_ = now;
  }

 private:
  Time before_;
  Time now_;
};

/// The watermark of one stream: the minimum over the source's partitions of their greatest event
/// time, less `delay`; it never goes back. One task, with a state of one shard: per partition its
/// greatest event time and when it last had records, and the watermark (docs/formats.md,
/// "Watermarks"). Runs before everything that asks it.
///
/// A partition is one task of the stages that the elements come from: a partition of Kafka's, or a
/// shard. It is idle when it has been read to its end and has had nothing to read for `idle_after`;
/// then it does not hold the watermark back. Once all are idle the latest of them counts.
class WatermarkStage final : public Rdd<EventTime>, public ShardStage, public Watermark {
 public:
  WatermarkStage(const RddBase& parent, WatermarkOptions options);

  void connect(Task& task, ChunkSink<EventTime>& consumer) override {
    task.instance<SourceOperator<EventTime>>(this).first.consumers().add(consumer);
  }
  /// Its elements: the watermark, when the batch has moved it.
  Status run(Task& task) override;

 private:
  struct Partition {
    std::optional<EventTime> greatest;
    BatchTime active{};
    bool known = false;    ///< it is in the state
    bool changed = false;  ///< the state says otherwise
    bool reported = false;
  };
  using Partitions = std::map<std::string, Partition, std::less<>>;
  struct Reader;
  Status load(StateShard& shard, Partitions& partitions, Time& watermark) const;
  void takeReports(Task& task, Partitions& partitions);
  [[nodiscard]] Time advanced(const Partitions& partitions, BatchTime time, Time from) const;
  Status store(Task& task, StateShard& shard, const Partitions& partitions);

  const WatermarkOptions options_;
};

}  // namespace lockstep::detail
