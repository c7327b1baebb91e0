#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/transform.hpp>

namespace lockstep {

namespace detail {

/// Gathers each partition and calls the function on it; partitions side by side.
template <class T, class Out, class F>
class MapPartitionsRdd final : public Rdd<Out>, public Stage {
 public:
  MapPartitionsRdd(std::string step, std::string op, const RddBase& parent, F function)
      : Rdd<Out>(std::move(step), std::move(op)), function_(std::move(function)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  [[nodiscard]] OwnedCollector<T>& collector() { return collector_; }

  /// Those of the stages in front, whose tasks exist by then.
  std::uint32_t tasks(const BatchPlan&) const override {
    return static_cast<std::uint32_t>(collector_.partitions());
  }
  void connect(Task& task, ChunkSink<Out>& consumer) override {
    task.instance<SourceOperator<Out>>(this).first.consumers().add(consumer);
  }
  Status run(Task& task) override {
    auto& source = task.instance<SourceOperator<Out>>(this).first;
    const auto elements = std::exchange(collector_.partition(task.index()), {});
    std::vector<Out> result;
    LOCKSTEP_TRY(callWhole(this->step(), [&] {
      for (auto&& item : function_(std::span<const Owned<T>>(elements))) result.emplace_back(item);
    }));
    for (const Out& element : result) LOCKSTEP_TRY(source.add(DescribeNothing{}, element));
    return source.flush(DescribeNothing{});
  }

 private:
  OwnedCollector<T> collector_;
  const F function_;
};

template <class Out, class T, class F>
DStream<Out> mapPartitions(const DStream<T>& stream, const std::string& op, const std::string& step,
                           F function) {
  DStreamGraph& graph = *stream.graph();
  using Node = MapPartitionsRdd<T, Out, F>;
  auto& node = graph.lineage().template add<Node>(graph.stepName(op, step), op, stream.rdd(),
                                                  std::move(function));
  const std::array<const RddBase*, 1> reads{&stream.rdd()};
  graph.lineage().addStage(node, reads);
  graph.lineage().template addTerminal<CollectTerminal<T>>(stream.rdd(), node.collector());
  graph.requireIdleBatches();
  return {stream.graph(), node};
}

}  // namespace detail

template <class T>
template <class F>
auto DStream<T>::mapPartitions(F f, const std::string& step) const {
  using Range = std::decay_t<std::invoke_result_t<const F&, std::span<const Owned<T>>>>;
  using Out = Owned<std::decay_t<decltype(*std::begin(std::declval<Range&>()))>>;
  return detail::mapPartitions<Out>(*this, "mapPartitions", step, std::move(f));
}

template <class T>
auto DStream<T>::glom(const std::string& step) const {
  using List = std::vector<Owned<T>>;
  return detail::mapPartitions<List>(*this, "glom", step, [](std::span<const Owned<T>> elements) {
    return std::array<List, 1>{List(elements.begin(), elements.end())};
  });
}

}  // namespace lockstep
