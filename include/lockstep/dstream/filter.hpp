#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/narrow.hpp>

namespace lockstep {

namespace detail {

template <class T, class F>
class FilterOperator final : public Operator, public ChunkSink<T> {
 public:
  FilterOperator(Task& task, const F& function, const std::string& step)
      : context_(task.context()), function_(function), step_(step) {}

  void accept(std::span<const T> chunk) override {
    kept_.clear();
    withStep(step_, [&] {
      for (const T& element : chunk)
        if (callWithContext(function_, element, context_)) kept_.add(element);
    });
    if (!kept_.empty()) consumers_.push(kept_.view());
  }
  [[nodiscard]] Fanout<T>& consumers() { return consumers_; }

 private:
  TaskContext& context_;
  const F& function_;
  const std::string& step_;
  ChunkBuffer<T> kept_;
  Fanout<T> consumers_;
};

}  // namespace detail

template <class T>
template <class F>
DStream<T> DStream<T>::filter(F f, const std::string& step) const {
  return narrow<T, detail::FilterOperator<T, F>>("filter", step, std::move(f));
}

}  // namespace lockstep
