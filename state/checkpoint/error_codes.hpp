#pragma once

#include <span>

#include <lockstep/base/error_text.hpp>

namespace lockstep {

/// All errors of tables, changelogs and checkpoints, sorted by code; E208 is the engine's as well.
[[nodiscard]] std::span<const ErrorText> stateErrors();

}  // namespace lockstep
