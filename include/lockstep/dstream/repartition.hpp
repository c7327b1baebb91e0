#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>

#include <lockstep/base/error.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/rdd/shuffle.hpp>

namespace lockstep {

namespace detail {

/// The near side: elements go to the shards in turn, wherever the chunks end.
template <class T>
class RepartitionWriter final : public Operator, public Rollbackable, public ChunkSink<T> {
 public:
  RepartitionWriter(Task& task, Shuffle& shuffle, const std::string& step)
      : task_(task),
        buckets_(shuffle.writer(Lineage::number(task.stage()), task.index())),
        step_(step) {}

  void accept(std::span<const T> chunk) override {
    withStep(step_, [&] {
      for (const T& element : chunk) {
        const ShuffledElement shuffled{0, {}, encodeInto(Serde<T>{}, element, scratch_)};
        buckets_[next_].append(shuffled);
        next_ = next_ + 1 == buckets_.size() ? 0 : next_ + 1;
        bytes_ += ShuffleBucket::bytesOf(shuffled);
      }
    });
  }
  void mark() override {
    for (ShuffleBucket& bucket : buckets_) bucket.mark();
    marked_next_ = next_;
    task_.countShuffled(bytes_ - counted_bytes_);
    counted_bytes_ = bytes_;
  }
  void rollback() override {
    for (ShuffleBucket& bucket : buckets_) bucket.rollback();
    next_ = marked_next_;
    bytes_ = counted_bytes_;
  }
  /// Map tasks begin at different shards: small batches do not all end in the first one.
  void begin(Task& task) override {
    next_ = marked_next_ = task.index() % buckets_.size();
    bytes_ = counted_bytes_ = 0;
  }

 private:
  Task& task_;
  Shuffle::Buckets& buckets_;
  const std::string& step_;
  std::string scratch_;
  std::size_t next_ = 0;  ///< the shard of the next element
  std::size_t marked_next_ = 0;
  std::uint64_t bytes_ = 0;          ///< in the buckets
  std::uint64_t counted_bytes_ = 0;  ///< what the batch's total has of them
};

/// All that an element says: a pair's parts as key and value.
struct DescribeElement {
  std::string& key;
  std::string& value;
  template <class T>
  FailedElement operator()(const T& element) const {
    FailedElement failed;
    if constexpr (PairTypes<T>::kIsPair) {
      failed.key = encodeInto(Serde<KeyOf<T>>{}, element.first, key);
      failed.value = encodeInto(Serde<ValueOf<T>>{}, element.second, value);
    } else {
      failed.value = encodeInto(Serde<T>{}, element, value);
    }
    return failed;
  }
};

template <class T>
class RepartitionRdd final : public Rdd<T>, public Stage {
 public:
  RepartitionRdd(std::string step, const RddBase& parent) : Rdd<T>(std::move(step), "repartition") {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  [[nodiscard]] Shuffle& shuffle() { return shuffle_; }

  std::uint32_t tasks(const BatchPlan&) const override { return shuffle_.shards(); }
  void connect(Task& task, ChunkSink<T>& consumer) override {
    task.instance<SourceOperator<T>>(this).first.consumers().add(consumer);
  }
  Status run(Task& task) override {
    auto& source = task.instance<SourceOperator<T>>(this).first;
    std::string key, value;
    const DescribeElement describe{key, value};
    Status status;
    shuffle_.forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      bucket.forEach([&](const ShuffledElement& shuffled) {
        if (!status.ok()) return;
        std::optional<T> element;
        if (const auto error = tryElement([&] { element = Serde<T>{}.read(shuffled.value); }))
          status = rejectShuffled(task, shuffled, *error, this->step());
        else
          status = source.add(describe, *element);
      });
    });
    LOCKSTEP_TRY(std::move(status));
    return source.flush(describe);
  }

 private:
  Shuffle shuffle_;
};

}  // namespace detail

template <class T>
DStream<T> DStream<T>::repartition(std::uint32_t partitions, const std::string& step) const {
  if (partitions == 0)
    throw Error(Status::fatal(ExitCode::kConfiguration, "E031", "repartition(0) has no partition",
                              "give it 1 or more"));
  auto& rdd = graph_->lineage().template add<detail::RepartitionRdd<T>>(
      graph_->stepName("repartition", step), *rdd_);
  const std::array<const RddBase*, 1> reads{rdd_};
  graph_->lineage().addStage(rdd, reads);
  graph_->lineage().template addTerminal<detail::ShuffleTerminal<T, detail::RepartitionWriter<T>>>(
      *rdd_, rdd.shuffle(), rdd.step());
  graph_->addShuffle(rdd.shuffle(), partitions);
  return {graph_, rdd};
}

}  // namespace lockstep
