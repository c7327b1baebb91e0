#pragma once

#include <span>
#include <string_view>

namespace lockstep {

/// One error that the engine stops with: its stable code, a title, and the long text that
/// `lockstep explain CODE` prints.
struct ErrorText {
  std::string_view code;
  std::string_view title;
  std::string_view text;
};

/// All errors of the engine, sorted by code.
[[nodiscard]] std::span<const ErrorText> engineErrors();

}  // namespace lockstep
