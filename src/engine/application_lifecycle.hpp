#pragma once

#include "src/engine/lifecycle.hpp"

namespace lockstep {

/// Where an application is between its process's start and end.
///
///   kNew --> kWatching --> kClaiming --> kRestoring --> kRunning --> kDraining
///     |          |             |             |             |             |
///     +--------->+             |             |             |             |
///     (no marker)              v             v             v             v
///                  every state but kNew -------------------------->  kStopped
enum class ApplicationState {
  kNew,
  kWatching,   ///< an earlier start yielded: is the winner still alive?
  kClaiming,   ///< fence, read, create topics, claim
  kRestoring,  ///< the claim is ours: state and inputs are brought to the committed offsets
  kRunning,
  kDraining,  ///< finish what runs, last checkpoint
  kStopped,
};

[[nodiscard]] constexpr std::string_view toString(ApplicationState state) {
  switch (state) {
    case ApplicationState::kNew:
      return "new";
    case ApplicationState::kWatching:
      return "watching";
    case ApplicationState::kClaiming:
      return "claiming";
    case ApplicationState::kRestoring:
      return "restoring";
    case ApplicationState::kRunning:
      return "running";
    case ApplicationState::kDraining:
      return "draining";
    case ApplicationState::kStopped:
      return "stopped";
  }
  return "?";
}

inline constexpr std::array<Move<ApplicationState>, 11> kApplicationMoves{{
    {ApplicationState::kNew, ApplicationState::kWatching, "start with a marker"},
    {ApplicationState::kNew, ApplicationState::kClaiming, "start"},
    {ApplicationState::kWatching, ApplicationState::kClaiming, "the winner is silent"},
    {ApplicationState::kClaiming, ApplicationState::kRestoring, "claim committed"},
    {ApplicationState::kRestoring, ApplicationState::kRunning, "state and inputs are in place"},
    {ApplicationState::kRunning, ApplicationState::kDraining, "stop requested, or end reached"},
    {ApplicationState::kWatching, ApplicationState::kStopped, "the winner lives, or stop"},
    {ApplicationState::kClaiming, ApplicationState::kStopped, "refused, or stop"},
    {ApplicationState::kRestoring, ApplicationState::kStopped, "refused, or stop"},
    {ApplicationState::kRunning, ApplicationState::kStopped, "failed"},
    {ApplicationState::kDraining, ApplicationState::kStopped, "drained, or failed"},
}};

class ApplicationLifeCycle : public LifeCycle<ApplicationState, kApplicationMoves.size()> {
 public:
  ApplicationLifeCycle() : LifeCycle(ApplicationState::kNew, kApplicationMoves) {}
};

}  // namespace lockstep
