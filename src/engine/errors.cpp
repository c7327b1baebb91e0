#include "src/engine/errors.hpp"

#include <utility>

#include <fmt/format.h>

namespace lockstep::errors {

std::string describe(const BatchPlan& plan) {
  std::string text = fmt::format("batch {}", plan.id.value());
  for (const auto& range : plan.ranges) {
    if (!range.empty()) text += " " + toString(range);
  }
  return text;
}

Status stop(const EngineOptions& options, ExitCode exit_code, std::string_view code,
            const std::string& message, std::string help) {
  return Status::fatal(exit_code, std::string(code),
                       fmt::format("{}: {}", options.application, message), std::move(help));
}

Status data(const EngineOptions& options, std::string_view code, const std::string& message) {
  return stop(
      options, ExitCode::kData, code, message + ". Nothing was committed.",
      fmt::format("lockstep reset {}.yaml --to-earliest --state keep|clear", options.application));
}

Status otherOwner(const EngineOptions& options, const std::string& what) {
  return stop(options, ExitCode::kOtherOwner, "E202", what,
              "run one instance of an application; --takeover starts this one at once");
}

}  // namespace lockstep::errors
