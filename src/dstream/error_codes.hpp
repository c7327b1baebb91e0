#pragma once

#include <span>

#include <lockstep/base/error_text.hpp>

namespace lockstep {

/// The errors of records, user functions and outputs (src/rdd and src/dstream), sorted by code.
[[nodiscard]] std::span<const ErrorText> recordErrors();

}  // namespace lockstep
