#include <cctype>
#include <cstdio>

#include <fmt/format.h>

#include "src/cli/commands.hpp"
#include "src/cli/error_texts.hpp"
#include "src/cli/graph_text.hpp"
#include "src/cli/loaded.hpp"
#include "src/runtime/configured_application.hpp"
#include "src/runtime/reader_choice.hpp"

namespace lockstep::cli {
namespace {

/// "E031", "w032": a letter and three digits.
bool looksLikeCode(const std::string& subject) {
  if (subject.size() != 4 || std::string("EWew").find(subject[0]) == std::string::npos)
    return false;
  return std::all_of(subject.begin() + 1, subject.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

ExitCode explainCode(const std::string& code) {
  const auto text = errorText(code);
  if (text.empty()) {
    fmt::print(stderr, "lockstep: there is no error {}; docs/errors.md lists all\n", code);
    return ExitCode::kUsage;
  }
  fmt::print("{}", text);
  return ExitCode::kOk;
}

}  // namespace

ExitCode explain(const ExplainCommand& command) {
  if (looksLikeCode(command.subject)) return explainCode(command.subject);
  const auto loaded = load(command.subject, command.overrides);
  if (const auto bad = report(loaded); bad != ExitCode::kOk) return bad;
  const auto graph = graphJson(loaded);
  if (command.format == "json") {
    fmt::print("{}\n", graph.dump(2));
  } else if (command.format == "dot") {
    fmt::print("{}", graphDot(graph));
  } else if (command.format == "mermaid") {
    fmt::print("{}", graphMermaid(graph));
  } else {
    fmt::print("{}", graphText(graph));
    const auto reader = chooseReader(connectionOf(loaded.application));
    if (reader.ok()) fmt::print("\nkafka.reader: {}\n", reader->toString());
  }
  return ExitCode::kOk;
}

}  // namespace lockstep::cli
