#include <cstdio>
#include <functional>
#include <map>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <lockstep/base/failpoint.hpp>
#include <lockstep/base/log.hpp>

#include "src/cli/commands.hpp"
#include "src/cli/completion.hpp"

namespace lockstep::cli {
namespace {

using Action = std::function<ExitCode()>;

CLI::App* addVerb(CLI::App& app, const std::string& name, const std::string& text, Action& action,
                  Action then) {
  auto* verb = app.add_subcommand(name, text);
  verb->callback([&action, then = std::move(then)] { action = then; });
  return verb;
}

void addOverrides(CLI::App* verb, std::vector<std::string>& overrides) {
  verb->add_option("--set", overrides, "Override a setting, as PATH=VALUE; may be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
}

const std::map<std::string, log::Level> kLogLevels{{"debug", log::Level::kDebug},
                                                   {"info", log::Level::kInfo},
                                                   {"warn", log::Level::kWarn},
                                                   {"error", log::Level::kError},
                                                   {"off", log::Level::kOff}};

/// The choices that the type of an option lists: "TEXT:{text,dot}".
std::vector<std::string> choicesOf(const CLI::Option& option) {
  const auto type = option.get_type_name();
  const auto begin = type.find('{');
  if (begin == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 1, type.find('}', begin) - begin - 1), ',');
}

/// The verbs and flags of the command line, for shells.
std::vector<CompletedVerb> completedVerbs(const CLI::App& app) {
  std::vector<CompletedVerb> verbs;
  for (const auto* verb : app.get_subcommands({})) {
    CompletedVerb completed{verb->get_name(), verb->get_description(), {}, {}};
    for (const auto* option : verb->get_options()) {
      if (option->get_positional()) completed.choices = choicesOf(*option);
      for (const auto& name : option->get_lnames()) {
        completed.flags.push_back({"--" + name, option->get_description(),
                                   option->get_type_size_max() > 0, choicesOf(*option)});
      }
    }
    verbs.push_back(std::move(completed));
  }
  return verbs;
}

/// All verbs and their flags. Later versions bring more; what is not here does not exist.
struct CommandLine {
  CommandLine() {
    app.require_subcommand(1);
    app.set_help_all_flag("--help-all", "Show all verbs with their flags");
    addRun();
    addLint();
    addExplain();
    addTry();
    addTest();
    auto* starter = addVerb(app, "init", "Write an example as a starter file, or list the examples",
                            action, [this] { return cli::init(example); });
    starter->add_option("EXAMPLE", example, "Its name");
    addVerb(app, "schema", "The JSON Schema of the YAML files, for editors", action, cli::schema);
    auto* complete = addVerb(app, "completion", "The script by which a shell completes lockstep",
                             action, [this] { return printCompletion(); });
    complete->add_option("SHELL", shell, "Of which shell")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    auto* verb = addVerb(app, "version", "Versions of lockstep and of everything linked", action,
                         [this] { return cli::version(version_json); });
    verb->add_flag("--json", version_json, "As JSON, with the failpoints");
  }

  void addRun() {
    auto* verb = addVerb(app, "run", "Run the application that FILE describes, in the foreground",
                         action, [this] { return cli::run(run); });
    verb->add_option("FILE", run.file, "The application's YAML file")->required();
    addOverrides(verb, run.overrides);
    verb->add_flag("--until-end", run.until_end,
                   "Process up to the end offsets seen at the start, commit, exit");
    verb->add_flag("--flush", run.flush,
                   "At the end pass on the windows in event time that are still open")
        ->needs("--until-end");
    verb->add_flag("--takeover", run.takeover, "Do not wait for another owner to fall silent");
    verb->add_flag("--accept-changed-plan", run.accept_changed_plan,
                   "Run a recorded plan although the graph has changed since");
    verb->add_option("--log-level", log_level, "What to log; debug has a line per batch")
        ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}));
  }

  void addLint() {
    auto* verb = addVerb(app, "lint", "Print all mistakes of the files; no network", action,
                         [this] { return cli::lint(lint); });
    verb->add_option("FILE", lint.files, "YAML files, or Markdown with YAML blocks")->required();
    addOverrides(verb, lint.overrides);
    verb->add_flag("--deny-warnings", lint.deny_warnings, "Exit 1 on warnings, too");
    verb->add_flag("--json", lint.json, "As JSON");
  }

  void addExplain() {
    auto* verb = addVerb(app, "explain", "Explain a file's graph, or an error code", action,
                         [this] { return cli::explain(explain); });
    verb->add_option("FILE|CODE", explain.subject, "A YAML file, or a code like E031")->required();
    addOverrides(verb, explain.overrides);
    verb->add_option("--format", explain.format, "How to print")
        ->check(CLI::IsMember({"text", "dot", "mermaid", "json"}));
    verb->add_flag_callback(
        "--json", [this] { explain.format = "json"; }, "As JSON");
  }

  void addTry() {
    auto* verb = addVerb(app, "try", "Lines of stdin through FILE to stdout, without a broker",
                         action, [this] { return cli::tryOut(attempt); });
    verb->add_option("FILE", attempt.file, "The application's YAML file")->required();
    addOverrides(verb, attempt.overrides);
    verb->add_option("--stream", attempt.stream, "The stream that the lines go to");
    verb->add_flag("--keys", attempt.keys, "Lines are KEY, tab, VALUE");
  }

  void addTest() {
    auto* verb = addVerb(app, "test", "Run the files' tests: no broker, virtual time", action,
                         [this] { return cli::test(test); });
    verb->add_option("FILE", test.files, "YAML files with 'tests:'")->required();
    addOverrides(verb, test.overrides);
    verb->add_option("--filter", test.filter, "Only tests with TEXT in their name")
        ->type_name("TEXT");
    verb->add_option("--junit", test.junit, "Write the results to this file as JUnit's XML")
        ->type_name("OUT");
    verb->add_flag("--json", test.json, "As JSON");
    auto* chaos = verb->add_option("--chaos", test.chaos,
                                   "Run each test under N fault schedules, too: same output?");
    chaos->type_name("N")->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
    verb->add_option("--seed", test.seed, "The first fault schedule; the others follow")
        ->type_name("S")
        ->needs(chaos);
  }

  [[nodiscard]] ExitCode printCompletion() const {
    fmt::print("{}", *completionScript(shell, completedVerbs(app)));
    return ExitCode::kOk;
  }

  CLI::App app{"Stream processing from Kafka to Kafka, exactly once", "lockstep"};
  Action action;
  RunCommand run;
  LintCommand lint;
  ExplainCommand explain;
  TryCommand attempt;
  TestCommand test;
  std::string example;
  std::string shell;
  std::string log_level = "info";
  bool version_json = false;
};

int runMain(int count, char** values) {
  if (const auto problem = armFailpointsFromEnvironment(); !problem.empty()) {
    fmt::print(stderr, "{}\n", problem);
    return static_cast<int>(ExitCode::kUsage);
  }
  CommandLine line;
  try {
    line.app.parse(count, values);
  } catch (const CLI::Success& success) {
    return line.app.exit(success);
  } catch (const CLI::ParseError& error) {
    line.app.exit(error);
    return static_cast<int>(ExitCode::kUsage);
  }
  log::configure(kLogLevels.at(line.log_level), log::Format::kAuto);
  return static_cast<int>(line.action());
}

}  // namespace
}  // namespace lockstep::cli

int main(int count, char** values) {
  try {
    return lockstep::cli::runMain(count, values);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lockstep: a bug: %s\n", error.what());
    return static_cast<int>(lockstep::ExitCode::kBug);
  }
}
