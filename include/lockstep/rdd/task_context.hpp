#pragma once

#include <cstdint>
#include <type_traits>

#include <lockstep/base/arena.hpp>
#include <lockstep/model/ids.hpp>

namespace lockstep {

/// What a user function may know about where it runs. Functions that take it as their second
/// argument get it: map(f) with f(const T&), or f(const T&, TaskContext&).
///
/// One function object serves all tasks at the same time. What it needs to write on (a parser, an
/// interpreter) belongs in an array indexed by `worker`: no two tasks share a worker at one time.
struct TaskContext {
  std::uint32_t worker = 0;   ///< 0 .. workers - 1
  std::uint32_t workers = 1;  ///< constant while the job exists
  std::uint32_t task = 0;     ///< number of the task within its stage: its partition or shard
  BatchId batch;
  BatchTime time;
  /// Bytes for results that are views. They live until the chunk has passed through the stage.
  Arena arena{64 * 1024};
};

namespace detail {

/// Calls f(element) or f(element, context), whichever there is.
template <class F, class T>
decltype(auto) callWithContext(const F& function, const T& element, TaskContext& context) {
  if constexpr (std::is_invocable_v<const F&, const T&, TaskContext&>) {
    return function(element, context);
  } else {
    return function(element);
  }
}

template <class F, class T>
using CallResult = std::decay_t<decltype(callWithContext(
    std::declval<const F&>(), std::declval<const T&>(), std::declval<TaskContext&>()))>;

}  // namespace detail

}  // namespace lockstep
