#pragma once

#include <span>

#include <lockstep/base/error_text.hpp>

namespace lockstep {

/// All errors of the engine, sorted by code.
[[nodiscard]] std::span<const ErrorText> engineErrors();

}  // namespace lockstep
