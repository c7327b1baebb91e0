#pragma once

#include <span>
#include <string_view>

namespace lockstep {

/// One error that the state stops with: its stable code, a title, and the long text that
/// `lockstep explain CODE` prints.
struct StateErrorText {
  std::string_view code;
  std::string_view title;
  std::string_view text;
};

/// All errors of tables, changelogs and checkpoints, sorted by code; E208 is the engine's as well.
[[nodiscard]] std::span<const StateErrorText> stateErrors();

}  // namespace lockstep
