#pragma once

#include <span>

#include <lockstep/base/error_text.hpp>

namespace lockstep {

/// The codes of inputs from outside Kafka, for docs/errors.md and `lockstep explain`.
[[nodiscard]] std::span<const ErrorText> sourceErrors();

}  // namespace lockstep
