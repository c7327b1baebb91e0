#include <cstdio>
#include <fstream>

#include <fmt/format.h>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/log.hpp>

#include "src/cli/commands.hpp"
#include "src/cli/fed_streams.hpp"
#include "src/cli/loaded.hpp"
#include "src/cli/test_chaos.hpp"
#include "src/cli/test_report.hpp"

namespace lockstep::cli {
namespace {

/// A word of a command line.
std::string shellWord(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

/// What repeats the schedule that failed. Of the cluster's settings, secrets among them, none
/// matters to it.
std::string commandOf(const TestCommand& command, const std::string& file, const std::string& test,
                      std::uint64_t seed) {
  auto line = fmt::format("lockstep test {} --filter {}", file, shellWord(test));
  for (const auto& setting : command.overrides)
    if (!setting.starts_with("kafka.")) line += " --set " + shellWord(setting);
  return fmt::format("{} --chaos 1 --seed {}", line, seed);
}

TestResult runTest(const TestCommand& command, const std::string& file,
                   const config::ApplicationConfig& application, const config::TestConfig& test) {
  const auto start = systemClock().now();
  TestResult result{test.name.text, test.batches.size(), {}, {}};
  const auto seen = observe(application, test);
  result.failures = check(application, test, seen);
  if (result.failures.empty() && command.chaos > 0) {
    ChaosOptions options;
    options.schedules = command.chaos;
    options.seed = command.seed;
    options.describe = [&](std::uint64_t seed) {
      return fmt::format("{}: '{}' with faults, seed {}; to see it again: {}", file, result.name,
                         seed, commandOf(command, file, result.name, seed));
    };
    result.chaos = testUnderFaults(application, test, seen.evidence, options);
    result.failures = result.chaos->failures;
    if (!result.failures.empty())
      result.failures.back().notes.push_back(
          "to see it again: " + commandOf(command, file, result.name, result.chaos->failed_seed));
  }
  result.took = std::chrono::duration_cast<std::chrono::microseconds>(systemClock().now() - start);
  return result;
}

/// Runs the files one after another and tells results as they come.
class TestRunner {
 public:
  explicit TestRunner(const TestCommand& command) : command_(command) {}

  void file(const std::string& name) {
    auto loaded = load(name, command_.overrides);
    auto& file = files_.emplace_back();
    file.name = name;
    if (loaded.diagnostics.hasErrors()) return broken(loaded, file);
    if (command_.chaos > 0) {
      file.notes = notUnderFaults(loaded.application);
      for (const auto& note : file.notes) tell(fmt::format("note    {}: {}\n", name, note));
    }
    const auto application = fedByHand(std::move(loaded.application));
    for (const auto& test : application.tests) {
      if (test.name.text.find(command_.filter) == std::string::npos) {
        ++file.left_out;
        continue;
      }
      file.tests.push_back(runTest(command_, name, application, test));
      if (!file.tests.back().failures.empty()) fails(ExitCode::kFindings);
      tell(textOfResult(file, file.tests.back()));
    }
    if (file.tests.empty() && file.left_out == 0)
      tell(fmt::format("{}: no tests; 'tests:' in the file describes them\n", name));
  }

  ExitCode finish() {
    std::size_t ran = 0;
    for (const auto& file : files_) ran += file.tests.size();
    if (command_.json) fmt::print("{}\n", jsonOf(files_).dump(2));
    tell(summaryOf(files_) + "\n");
    if (ran == 0 && !command_.filter.empty()) {
      fmt::print(stderr, "lockstep test: no test has '{}' in its name\n", command_.filter);
      fails(ExitCode::kFindings);
    }
    if (!command_.junit.empty()) writeJunit();
    return worst_;
  }

 private:
  void broken(const Loaded& loaded, TestedFile& file) {
    file.mistakes = loaded.diagnostics.print();
    file.diagnostics = loaded.diagnostics.toJson();
    if (!command_.json) std::fputs(file.mistakes.c_str(), stderr);
    fails(loaded.diagnostics.toStatus().exitCode());
  }

  void tell(const std::string& text) const {
    if (command_.json) return;
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }

  /// A file that could not be tested weighs more than a test that failed.
  void fails(ExitCode code) {
    if (worst_ == ExitCode::kOk || worst_ == ExitCode::kFindings) worst_ = code;
  }

  void writeJunit() {
    std::ofstream out(command_.junit, std::ios::binary);
    out << junitOf(files_);
    out.close();
    if (out) return;
    fmt::print(stderr, "lockstep test: cannot write {}\n", command_.junit);
    worst_ = ExitCode::kUsage;
  }

  const TestCommand& command_;
  std::vector<TestedFile> files_;
  ExitCode worst_ = ExitCode::kOk;
};

}  // namespace

ExitCode test(const TestCommand& command) {
  log::configure(log::Level::kError, log::Format::kText);
  TestRunner runner(command);
  for (const auto& file : command.files) runner.file(file);
  return runner.finish();
}

}  // namespace lockstep::cli
