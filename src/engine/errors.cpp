#include "src/engine/errors.hpp"

#include <utility>

#include <fmt/format.h>

namespace lockstep::errors {

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
