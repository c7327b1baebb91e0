#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/narrow.hpp>

namespace lockstep {

namespace detail {

template <class T, class U, class F>
class MapOperator final : public Operator, public ChunkSink<T> {
 public:
  MapOperator(Task& task, const F& function, const std::string& step)
      : context_(task.context()), function_(function), step_(step) {}

  void accept(std::span<const T> chunk) override {
    mapped_.clear();
    withStep(step_, [&] {
      for (const T& element : chunk) mapped_.add(callWithContext(function_, element, context_));
    });
    consumers_.push(mapped_.view());
  }
  [[nodiscard]] Fanout<U>& consumers() { return consumers_; }

 private:
  TaskContext& context_;
  const F& function_;
  const std::string& step_;
  ChunkBuffer<U> mapped_;
  Fanout<U> consumers_;
};

}  // namespace detail

template <class T>
template <class Out, class Instance, class F>
DStream<Out> DStream<T>::narrow(const std::string& op, const std::string& step, F f) const {
  auto& rdd = graph_->lineage().template add<detail::NarrowRdd<T, Out, Instance, F>>(
      graph_->stepName(op, step), op, *rdd_, std::move(f));
  return {graph_, rdd};
}

template <class T>
template <class F>
auto DStream<T>::map(F f, const std::string& step) const {
  using U = detail::CallResult<F, T>;
  return narrow<U, detail::MapOperator<T, U, F>>("map", step, std::move(f));
}

}  // namespace lockstep
