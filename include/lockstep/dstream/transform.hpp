#pragma once

#include <array>
#include <string>
#include <tuple>
#include <utility>

#include <lockstep/dstream/collect_owned.hpp>
#include <lockstep/dstream/source_operator.hpp>

namespace lockstep {

namespace detail {

/// Runs a function that sees a whole batch or partition: what it throws is no record's fault.
template <class Call>
Status callWhole(const std::string& step, const Call& call) {
  try {
    call();
    return {};
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    return Status::fatal(ExitCode::kData, "E303", "step '" + step + "': " + error.what(),
                         "nothing of the batch was committed; it runs again after a restart");
  }
}

template <class R>
struct ElementOf;
template <class U>
struct ElementOf<CollectedRdd<U>> {
  using type = Owned<U>;
};

template <class F, class... Rdds>
decltype(auto) callTransform(const F& function, BatchTime time, const Rdds&... rdds) {
  if constexpr (std::is_invocable_v<const F&, const Rdds&..., BatchTime>)
    return function(rdds..., time);
  else
    return function(rdds...);
}
template <class F, class... T>
using TransformedElement = typename ElementOf<std::decay_t<decltype(callTransform(
    std::declval<const F&>(), BatchTime(), std::declval<CollectedRdd<T>>()...))>>::type;

/// Gathers the batch of one or two streams, calls the function on it in one task, and passes its
/// result on.
template <class Out, class F, class... T>
class TransformRdd final : public Rdd<Out>, public Stage {
 public:
  template <class... Parents>
  TransformRdd(std::string step, std::string op, F function, const Parents&... parents)
      : Rdd<Out>(std::move(step), std::move(op)), function_(std::move(function)) {
    this->beginsIn(*this);
    (this->readsThroughExchange(parents), ...);
  }

  template <std::size_t I>
  [[nodiscard]] auto& collector() {
    return std::get<I>(collectors_);
  }

  std::uint32_t tasks(const BatchPlan&) const override { return 1; }
  void connect(Task& task, ChunkSink<Out>& consumer) override {
    task.instance<SourceOperator<Out>>(this).first.consumers().add(consumer);
  }
  Status run(Task& task) override {
    auto& source = task.instance<SourceOperator<Out>>(this).first;
    const BatchPlan& plan = task.plan();
    std::vector<Out> result;
    LOCKSTEP_TRY(callWhole(this->step(), [&] {
      result = std::apply(
          [&](auto&... collectors) {
            return callTransform(function_, plan.time, collectors.take(plan.ranges)...).collect();
          },
          collectors_);
    }));
    for (const Out& element : result) LOCKSTEP_TRY(source.add(DescribeNothing{}, element));
    return source.flush(DescribeNothing{});
  }

 private:
  std::tuple<OwnedCollector<T>...> collectors_;
  const F function_;
};

}  // namespace detail

template <class T>
template <class F>
auto DStream<T>::transform(F f, const std::string& step) const {
  using Out = detail::TransformedElement<F, T>;
  using OwnRdd = detail::TransformRdd<Out, F, T>;
  auto& node = graph_->lineage().template add<OwnRdd>(graph_->stepName("transform", step),
                                                      "transform", std::move(f), *rdd_);
  const std::array<const RddBase*, 1> reads{rdd_};
  graph_->lineage().addStage(node, reads);
  graph_->lineage().template addTerminal<detail::CollectTerminal<T>>(*rdd_,
                                                                     node.template collector<0>());
  graph_->requireIdleBatches();
  return DStream<Out>(graph_, node);
}

template <class T>
template <class U, class F>
auto DStream<T>::transformWith(const DStream<U>& other, F f, const std::string& step) const {
  LOCKSTEP_CHECK(graph_ == other.graph(), "streams of two contexts cannot be combined");
  using Out = detail::TransformedElement<F, T, U>;
  using OwnRdd = detail::TransformRdd<Out, F, T, U>;
  auto& node = graph_->lineage().template add<OwnRdd>(
      graph_->stepName("transformWith", step), "transformWith", std::move(f), *rdd_, other.rdd());
  const std::array<const RddBase*, 2> reads{rdd_, &other.rdd()};
  graph_->lineage().addStage(node, reads);
  graph_->lineage().template addTerminal<detail::CollectTerminal<T>>(*rdd_,
                                                                     node.template collector<0>());
  graph_->lineage().template addTerminal<detail::CollectTerminal<U>>(other.rdd(),
                                                                     node.template collector<1>());
  graph_->requireIdleBatches();
  return DStream<Out>(graph_, node);
}

}  // namespace lockstep
