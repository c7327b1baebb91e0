#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/state_stage.hpp>
#include <lockstep/dstream/wire_state.hpp>

namespace lockstep::detail {

/// Learns a model from a stream of points, batch by batch: one task, the model is its state. The
/// points come in order of map partition and arrival, so that sums are the same in every run.
///
/// Learner: Model initial(); bool learnsFromNothing(); void check(const Model&, const Point&),
/// which throws RecordError for a point that does not fit; Model learn(Model, span of points). A
/// batch without points leaves the model as it is, unless it closes a tick and the learner learns
/// from nothing.
template <class Learner, class Model, class Point>
class TrainStage final : public Rdd<Model>, public ShardStage {
 public:
  static constexpr std::string_view kKey = "model";

  TrainStage(const std::string& id, const RddBase& parent, Learner learner)
      : Rdd<Model>(id, "trainOn"), id_(id), learner_(std::move(learner)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  void connect(Task& task, ChunkSink<Model>& consumer) override {
    task.instance<SourceOperator<Model>>(this).first.consumers().add(consumer);
  }

  Status run(Task& task) override {
    const BatchPlan& plan = task.plan();
    StateShard& shard = shardOf(task, id_);
    const StateKey key{kKey, murmur2(kKey)};
    const StateEntry* known = nullptr;
    LOCKSTEP_TRY(shard.find({&key, 1}, &known));
    auto model = std::make_shared<Model>(known == nullptr ? learner_.initial()
                                                          : Serde<Model>{}.read(known->value()));
    std::vector<Point> points;
    LOCKSTEP_TRY(readShard(task, shuffle(), this->step(), [&](const ShuffledElement& element) {
      Point point = Serde<Point>{}.read(element.value);
      learner_.check(*model, point);
      points.push_back(std::move(point));
    }));
    if (!points.empty() || (plan.closes_own_tick && learner_.learnsFromNothing())) {
      *model = learner_.learn(std::move(*model), points);
      StateEntry* entry = nullptr;
      LOCKSTEP_TRY(shard.touch(plan.id, plan.time, {&key, 1}, &entry));
      std::string bytes;
      Serde<Model>{}.append(bytes, *model);
      setState(shard, *entry, bytes);
    }
    seal(task, id_);
    model_ = std::move(model);
    auto& source = task.instance<SourceOperator<Model>>(this).first;
    LOCKSTEP_TRY(source.add(DescribeNothing{}, *model_));
    return source.flush(DescribeNothing{});
  }

  /// The model of the present batch. REQUIRES: a later stage of the batch, or its end.
  [[nodiscard]] const std::shared_ptr<const Model>& model() const { return model_; }

 private:
  const std::string id_;
  const Learner learner_;
  std::shared_ptr<const Model> model_;
};

/// The latest committed model, for any thread.
template <class Model>
class LatestModel {
 public:
  explicit LatestModel(Model initial) : model_(std::make_shared<const Model>(std::move(initial))) {}
  void set(std::shared_ptr<const Model> model) {
    MutexLock lock(mutex_);
    model_ = std::move(model);
  }
  [[nodiscard]] std::shared_ptr<const Model> get() const {
    MutexLock lock(mutex_);
    return model_;
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const Model> model_ GUARDED_BY(mutex_);
};

/// Shows each committed batch's model to others.
template <class Stage, class Model>
class PublishModel final : public Terminal {
 public:
  PublishModel(Stage& stage, std::shared_ptr<LatestModel<Model>> latest)
      : stage_(stage), latest_(std::move(latest)) {}
  [[nodiscard]] const RddBase& parent() const override { return stage_; }
  void attach(Task&) override {}
  void collect(const BatchPlan&, std::vector<SideEffect>& effects) override {
    effects.push_back({SideEffect::When::kAfterCommit, stage_.step(), "",
                       [latest = latest_, model = stage_.model()] {
                         latest->set(model);
                         return Status();
                       }});
  }

 private:
  Stage& stage_;
  const std::shared_ptr<LatestModel<Model>> latest_;
};

/// Applies the batch's model to points, one task per shard of their keys. `predict(model, point)`
/// may throw, which rejects the point.
template <class Train, class K, class Point, class Predict>
class PredictStage final
    : public Rdd<std::pair<K, decltype(std::declval<Predict>()(*std::declval<Train>().model(),
                                                               std::declval<Point>()))>>,
      public Stage {
 public:
  using Prediction =
      decltype(std::declval<Predict>()(*std::declval<Train>().model(), std::declval<Point>()));
  using Element = std::pair<K, Prediction>;

  PredictStage(std::string step, const RddBase& parent, const Train& train, Predict predict)
      : Rdd<Element>(std::move(step), "predictOn"), train_(train), predict_(std::move(predict)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
    this->looksUpIn(train);
  }

  [[nodiscard]] Shuffle& shuffle() { return shuffle_; }
  std::uint32_t tasks(const BatchPlan&) const override { return shuffle_.shards(); }
  void connect(Task& task, ChunkSink<Element>& consumer) override {
    task.instance<SourceOperator<Element>>(this).first.consumers().add(consumer);
  }
  Status run(Task& task) override {
    auto& source = task.instance<SourceOperator<Element>>(this).first;
    std::string scratch;
    const DescribeKey<Serde<K>> describe{{}, scratch};
    Status status;
    LOCKSTEP_TRY(readShard(task, shuffle_, this->step(), [&](const ShuffledElement& element) {
      const Point point = Serde<Point>{}.read(element.value);
      Prediction prediction = predict_(*train_.model(), point);
      if (status.ok())
        status = source.add(describe, Serde<K>{}.read(element.key), std::move(prediction));
    }));
    LOCKSTEP_TRY(std::move(status));
    return source.flush(describe);
  }

 private:
  const Train& train_;
  const Predict predict_;
  Shuffle shuffle_;
};

/// A model that one stream trains and others use: what the streaming learners are made of.
template <class Learner, class Model, class Point>
class TrainedModel {
 public:
  using Train = TrainStage<Learner, Model, Point>;

  explicit TrainedModel(Learner learner)
      : learner_(std::move(learner)),
        latest_(std::make_shared<LatestModel<Model>>(learner_.initial())) {}

  [[nodiscard]] bool trained() const { return train_ != nullptr; }
  [[nodiscard]] std::shared_ptr<const Model> latest() const { return latest_->get(); }

  /// REQUIRES: !trained().
  template <class T, class ToPoint>
  void trainOn(const DStream<T>& stream, const std::string& id, ToPoint to_point) {
    DStreamGraph& graph = *stream.graph();
    const auto points = stream.map(
        [to_point](const T& element) { return std::pair(std::string_view(), to_point(element)); },
        id);
    train_ = &graph.lineage().template add<Train>(id, points.rdd(), learner_);
    using Near =
        PairTerminal<std::string_view, Point, Serde<std::string_view>, Serde<Point>, NoCombine>;
    wireState<Near>(points, *train_,
                    {id, 1, "trainOn", "string", std::string(Learner::kTypeName), ""},
                    std::uint32_t{1}, Serde<std::string_view>{}, Serde<Point>{}, NoCombine{});
    graph.lineage().template addTerminal<PublishModel<Train, Model>>(*train_, latest_);
    graph.addOutput({id, "trainOn", "", id}, false);
    if (learner_.learnsFromNothing()) graph.requireIdleBatches();
    graph_ = stream.graph();
  }
  /// REQUIRES: trained(), for the two below.
  [[nodiscard]] DStream<Model> models() const { return {graph_, *train_}; }
  template <class K, class P, class Predict>
  [[nodiscard]] auto predict(const DStream<std::pair<K, P>>& stream, const std::string& step,
                             std::optional<std::uint32_t> parallelism, Predict predict) const {
    DStreamGraph& graph = *stream.graph();
    using OwnStage = PredictStage<Train, K, P, Predict>;
    auto& node = graph.lineage().template add<OwnStage>(graph.stepName("predictOn", step),
                                                        stream.rdd(), *train_, std::move(predict));
    const std::array<const RddBase*, 2> reads{&stream.rdd(), train_};
    graph.lineage().addStage(node, reads);
    using Near = PairTerminal<K, P, Serde<K>, Serde<P>, NoCombine>;
    graph.lineage().template addTerminal<Near>(stream.rdd(), node.shuffle(), node.step(),
                                               Serde<K>{}, Serde<P>{}, NoCombine{});
    graph.addShuffle(node.shuffle(), parallelism);
    return DStream<typename OwnStage::Element>(graph_, node);
  }

 private:
  Learner learner_;
  std::shared_ptr<LatestModel<Model>> latest_;
  std::shared_ptr<DStreamGraph> graph_;
  Train* train_ = nullptr;
};

}  // namespace lockstep::detail
