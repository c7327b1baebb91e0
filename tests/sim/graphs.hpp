#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <lockstep/dstream/graph.hpp>
#include <lockstep/model/offset_range.hpp>

#include "tests/sim/options.hpp"

namespace lockstep::sim {

/// What foreachRDD saw of one batch.
struct Effect {
  std::vector<OffsetRange> ranges;
  BatchTime time;
  std::vector<std::string> values;
};

/// Idle keys are visited so often after their last record; then the visits change nothing.
inline constexpr std::int64_t kVisitsMax = 3;

/// What a key passes on when it comes (Graph::kTimeOuts).
inline constexpr std::int64_t kCame = -1;

/// A key without records for longer than this goes (Graph::kTimeOuts).
[[nodiscard]] std::chrono::milliseconds timeOutOf(const Options& options);

/// Graph::kWindows: length and slide.
struct WindowOf {
  std::chrono::milliseconds length;
  std::chrono::milliseconds slide;
};
[[nodiscard]] WindowOf windowOf(const Options& options);

/// The number at the end of a record's value "p2:17:5": partition, index, amount.
[[nodiscard]] std::int64_t amountOf(std::string_view value);

/// Graph::kJoined joins records of at most so much with records of at least so much.
inline constexpr std::int64_t kLeftMax = 6;
inline constexpr std::int64_t kRightMin = 4;
/// Stands for the partner that a record of Graph::kJoined has not.
inline constexpr std::string_view kNoPartner = "-";

/// Id of the state that the oracle knows.
[[nodiscard]] std::string stateIdOf(const Options& options);

/// A graph of one kind, prepared.
[[nodiscard]] std::shared_ptr<DStreamGraph> makeGraph(const Options& options,
                                                      std::function<void(Effect)> on_effect);

}  // namespace lockstep::sim
