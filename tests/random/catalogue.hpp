#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/random/builder.hpp"

namespace lockstep::random_graphs {

/// What becomes of the order of each key's elements.
enum class Order {
  kKept,  ///< as in what it reads
  kAnew,  ///< one order, given by the elements: sorted, or one for each key
  kLost,  ///< it depends on partitions and shards
};

/// An operator as a step of a graph.
struct Step {
  std::string name;
  std::vector<std::string> operators;  ///< as docs/operators.md and dstream_class.hpp name them
  Order order = Order::kKept;
  /// `other` is the second stream of a step that takes two, else the same as `in`.
  std::function<Items(Builder&, const Flow& in, const Flow& other)> add;
  bool needs_order = false;  ///< what it gives depends on the order of each key's elements
  bool two = false;          ///< it takes two streams
  bool ticks = false;        ///< a tick without records may bring elements
  bool unwindowed = false;   ///< it takes no windowed stream
  /// Elements of a batch, at most, for so many; default: as many.
  std::function<std::int64_t(std::int64_t in, std::int64_t other)> grows = {};
};

/// An operator that reads topics: the first step of a branch.
struct Source {
  std::string name;
  std::vector<std::string> operators;
  std::function<Items(Builder&, const std::vector<std::string>& topics)> add;
  Order order = Order::kKept;
};

/// An output. `number` is its own.
struct Output {
  std::string name;
  std::vector<std::string> operators;
  std::function<void(Builder&, const Flow&, int number)> add;
};

using Steps = std::vector<Step>;

[[nodiscard]] Steps elementSteps();
[[nodiscard]] Steps foldSteps();
[[nodiscard]] Steps twoStreamSteps();
[[nodiscard]] Steps tableSteps();
[[nodiscard]] Steps windowSteps();
[[nodiscard]] Steps stateSteps();
[[nodiscard]] Steps eventTimeSteps();
[[nodiscard]] Steps processSteps();
[[nodiscard]] Steps wholeBatchSteps();

/// All of the above.
[[nodiscard]] const Steps& catalogue();
[[nodiscard]] const std::vector<Source>& sources();
[[nodiscard]] const std::vector<Output>& outputs();

/// An operator that is in no graph, and why.
struct LeftOut {
  std::string name;
  std::string reason;
};
[[nodiscard]] const std::vector<LeftOut>& leftOut();

// For steps' functions. Numbers stay small, whatever is multiplied and added up.
inline constexpr std::int64_t kModulus = 1'009;
/// Of two values, the order of which counts.
[[nodiscard]] constexpr std::int64_t mixed(std::int64_t a, std::int64_t b) {
  return (a % kModulus * 31 + b) % kModulus;
}
/// Of two values, associative and commutative.
[[nodiscard]] constexpr std::int64_t added(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kMost = kModulus * kModulus;
  return ((a + b) % kMost + kMost) % kMost;
}
template <class Range>
[[nodiscard]] std::int64_t mixedAll(const Range& values) {
  std::int64_t all = 7;
  for (const auto value : values) all = mixed(all, value);
  return all;
}

}  // namespace lockstep::random_graphs
