#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/narrow.hpp>

namespace lockstep {

namespace detail {

/// F is called as f(element, context, emitter).
template <class T, class U, class F>
class FlatMapOperator final : public Operator, public ChunkSink<T> {
 public:
  FlatMapOperator(Task& task, const F& function, const std::string& step)
      : context_(task.context()), function_(function), step_(step) {}

  void accept(std::span<const T> chunk) override {
    emitter_.clear();
    withStep(step_, [&] {
      for (const T& element : chunk) function_(element, context_, emitter_);
    });
    emitter_.flush();
  }
  [[nodiscard]] Fanout<U>& consumers() { return emitter_.consumers(); }

 private:
  TaskContext& context_;
  const F& function_;
  const std::string& step_;
  Emitter<U> emitter_;
};

/// Emits each element of the range that `function` returns.
template <class T, class U, class F>
struct EmitRange {
  F function;
  void operator()(const T& element, TaskContext& context, Emitter<U>& emit) const {
    auto&& range = callWithContext(function, element, context);
    for (auto&& item : range) emit(std::forward<decltype(item)>(item));
  }
};

}  // namespace detail

template <class T>
template <class U, class F>
DStream<U> DStream<T>::flatMap(F f, const std::string& step) const {
  return narrow<U, detail::FlatMapOperator<T, U, F>>("flatMap", step, std::move(f));
}

template <class T>
template <class F>
auto DStream<T>::flatMap(F f, const std::string& step) const {
  using Range = detail::CallResult<F, T>;
  using U = std::decay_t<decltype(*std::begin(std::declval<Range&>()))>;
  return flatMap<U>(detail::EmitRange<T, U, F>{std::move(f)}, step);
}

}  // namespace lockstep
