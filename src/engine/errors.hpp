#pragma once

#include <string>
#include <string_view>

#include <lockstep/base/status.hpp>
#include <lockstep/model/batch_plan.hpp>

#include "src/engine/engine_options.hpp"

namespace lockstep {

/// Builders of the engine's errors: each names the place, the numbers and the remedy.
namespace errors {

/// "batch 7 in/0 [3, 9)": its id, and the ranges that hold something.
[[nodiscard]] std::string describe(const BatchPlan& plan);

/// Data that does not fit together (exit 65); the remedy is a `lockstep reset` line.
[[nodiscard]] Status data(const EngineOptions& options, std::string_view code,
                          const std::string& message);
/// The same with a remedy of its own.
[[nodiscard]] Status stop(const EngineOptions& options, ExitCode exit_code, std::string_view code,
                          const std::string& message, std::string help);
/// E202, exit 73.
[[nodiscard]] Status otherOwner(const EngineOptions& options, const std::string& what);

}  // namespace errors
}  // namespace lockstep
