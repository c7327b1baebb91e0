#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "src/cli/commands.hpp"
#include "src/cli/loaded.hpp"

namespace lockstep::cli {

ExitCode lint(const LintCommand& command) {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  ExitCode worst = ExitCode::kOk;
  auto all = nlohmann::json::array();
  for (const auto& file : command.files) {
    const auto loaded = load(file, command.overrides);
    errors += loaded.diagnostics.errorCount();
    warnings += loaded.diagnostics.warningCount();
    if (loaded.diagnostics.hasErrors()) {
      const auto exit_code = loaded.diagnostics.toStatus().exitCode();
      worst = exit_code == ExitCode::kFileMissing ? exit_code : ExitCode::kFindings;
    }
    if (command.json) {
      for (const auto& diagnostic : loaded.diagnostics.toJson()) all.push_back(diagnostic);
    } else {
      fmt::print("{}", loaded.diagnostics.print());
    }
  }
  if (command.json) {
    fmt::print("{}\n", all.dump(2));
  } else {
    fmt::print("{} file{}: {} error{}, {} warning{}\n", command.files.size(),
               command.files.size() == 1 ? "" : "s", errors, errors == 1 ? "" : "s", warnings,
               warnings == 1 ? "" : "s");
  }
  if (worst == ExitCode::kOk && warnings > 0 && command.deny_warnings) return ExitCode::kFindings;
  return worst;
}

}  // namespace lockstep::cli
