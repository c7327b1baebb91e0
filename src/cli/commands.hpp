#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lockstep/base/exit_code.hpp>

// src/cli: main() and one file per verb. Results go to stdout, logs and mistakes to stderr.

namespace lockstep::cli {

struct RunCommand {
  std::string file;
  std::vector<std::string> overrides;  ///< --set path=value
  bool until_end = false;
  bool takeover = false;
  bool accept_changed_plan = false;
  bool flush = false;  ///< with until_end
};
/// `run`: the daemon, in the foreground.
[[nodiscard]] ExitCode run(const RunCommand& command);

struct LintCommand {
  std::vector<std::string> files;
  std::vector<std::string> overrides;
  bool deny_warnings = false;
  bool json = false;
};
/// `lint`: all mistakes of all files at once, no network. Of a Markdown file its YAML blocks: those
/// that name an application as whole files, pieces as YAML.
[[nodiscard]] ExitCode lint(const LintCommand& command);

struct ExplainCommand {
  std::string subject;  ///< a file, or an error code
  std::vector<std::string> overrides;
  std::string format = "text";  ///< text | dot | mermaid | json
};
/// `explain`: the graph of a file, or the long text of an error.
[[nodiscard]] ExitCode explain(const ExplainCommand& command);

struct TryCommand {
  std::string file;
  std::vector<std::string> overrides;
  std::string stream;  ///< "" = the file's only Kafka stream
  bool keys = false;   ///< lines are KEY, tab, VALUE
};
/// `try`: stdin lines into a stream, every output to stdout, on the in-process Kafka.
[[nodiscard]] ExitCode tryOut(const TryCommand& command);

struct TestCommand {
  std::vector<std::string> files;
  std::vector<std::string> overrides;
  std::string filter;  ///< only tests with this text in their name; "" = all
  std::string junit;   ///< the file that JUnit's XML goes to; "" = none
  bool json = false;
  std::uint64_t chaos = 0;  ///< under so many fault schedules, too
  std::uint64_t seed = 1;   ///< of the first of them
};
/// `test`: the files' `tests:` on the in-process Kafka with virtual time. kFindings when one fails.
[[nodiscard]] ExitCode test(const TestCommand& command);

/// `init`: writes the example `name` and the schema for editors into the current folder, or lists
/// the examples when `name` is empty. Never overwrites a file.
[[nodiscard]] ExitCode init(const std::string& name);

/// `schema`: the JSON Schema of files, for editors.
[[nodiscard]] ExitCode schema();

/// `version`: ours and that of everything linked; with json also the failpoints.
[[nodiscard]] ExitCode version(bool json);

}  // namespace lockstep::cli
