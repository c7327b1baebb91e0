#include <cstdio>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "src/cli/commands.hpp"
#include "src/cli/loaded.hpp"
#include "src/config/markdown.hpp"

namespace lockstep::cli {
namespace {

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// Collects the mistakes of all files.
class Linter {
 public:
  explicit Linter(const LintCommand& command) : command_(command) {}

  void file(const std::string& file) {
    if (!config::isMarkdown(file)) return take(load(file, command_.overrides).diagnostics);
    std::ifstream stream(file, std::ios::binary);
    if (!stream.is_open()) return take(load(file, command_.overrides).diagnostics);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    for (auto& block : config::yamlBlocks(text)) {
      ++blocks_;
      take(block.whole ? loadText(file, std::move(block.text), command_.overrides).diagnostics
                       : config::checkYaml(file, std::move(block.text)));
    }
  }

  [[nodiscard]] ExitCode finish() const {
    if (command_.json) {
      fmt::print("{}\n", all_.dump(2));
    } else {
      fmt::print("{}{}: {}, {}\n", counted(command_.files.size(), "file"),
                 blocks_ == 0 ? "" : fmt::format(" ({})", counted(blocks_, "YAML block")),
                 counted(errors_, "error"), counted(warnings_, "warning"));
    }
    const bool denied = command_.deny_warnings && warnings_ > 0;
    return worst_ == ExitCode::kOk && denied ? ExitCode::kFindings : worst_;
  }

 private:
  void take(const config::Diagnostics& diagnostics) {
    errors_ += diagnostics.errorCount();
    warnings_ += diagnostics.warningCount();
    if (diagnostics.hasErrors()) {
      const auto exit_code = diagnostics.toStatus().exitCode();
      worst_ = exit_code == ExitCode::kFileMissing ? exit_code : ExitCode::kFindings;
    }
    if (command_.json) {
      for (const auto& diagnostic : diagnostics.toJson()) all_.push_back(diagnostic);
    } else {
      fmt::print("{}", diagnostics.print());
    }
  }

  const LintCommand& command_;
  std::size_t blocks_ = 0;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
  ExitCode worst_ = ExitCode::kOk;
  nlohmann::json all_ = nlohmann::json::array();
};

}  // namespace

ExitCode lint(const LintCommand& command) {
  Linter linter(command);
  for (const auto& file : command.files) linter.file(file);
  return linter.finish();
}

}  // namespace lockstep::cli
