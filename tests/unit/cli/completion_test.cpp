// The scripts of `lockstep completion`: bash's is run by bash, all have every verb and flag.
#include "src/cli/completion.hpp"

#include <cstdio>
#include <fstream>
#include <memory>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep::cli;
using Catch::Matchers::Contains;

namespace {

std::vector<CompletedVerb> someVerbs() {
  return {{"run", "Run it: now", {{"--until-end", "Don't wait", false, {}}}, {}},
          {"explain", "Explain", {{"--format", "How [to]", true, {"text", "dot"}}}, {}},
          {"completion", "This", {}, {"bash", "fish"}}};
}

/// What bash offers for the words, the last of which is being typed.
std::string offered(const std::string& words, int cursor) {
  const lockstep::test::TempFolder folder;
  const std::string path = folder.path() / "completion";
  std::ofstream(path) << completionScript("bash", someVerbs()).value() << "COMP_WORDS=(" << words
                      << ")\nCOMP_CWORD=" << cursor << "\n_lockstep\necho -n \"${COMPREPLY[*]}\"\n";
  const std::unique_ptr<FILE, int (*)(FILE*)> bash(::popen(("bash " + path + " 2>&1").c_str(), "r"),
                                                   ::pclose);
  std::string said(1000, '\0');
  said.resize(std::fread(said.data(), 1, said.size(), bash.get()));
  return said;
}

}  // namespace

TEST_CASE("bash completes verbs, flags, their values and arguments", "[unit][cli][completion]") {
  CHECK(offered("lockstep ''", 1) == "run explain completion");
  CHECK(offered("lockstep ex", 1) == "explain");
  CHECK(offered("lockstep run --", 2) == "--until-end");
  CHECK(offered("lockstep explain --format ''", 3) == "text dot");
  CHECK(offered("lockstep completion b", 2) == "bash");
}

TEST_CASE("zsh and fish get every verb and flag, with what is special to them quoted",
          "[unit][cli][completion]") {
  const auto zsh = completionScript("zsh", someVerbs()).value();
  CHECK_THAT(zsh, Contains("'run:Run it\\: now'") && Contains("*--until-end[Don'\\''t wait]") &&
                      Contains("'*--format[How \\[to\\]]:value:(text dot)'") &&
                      Contains("'*:argument:(bash fish)'"));
  const auto fish = completionScript("fish", someVerbs()).value();
  CHECK_THAT(fish, Contains("-a run -d 'Run it: now'") && Contains("-l until-end -d 'Don'\\''t") &&
                       Contains("-l format -d 'How [to]' -x -a 'text dot'"));
  CHECK_FALSE(completionScript("csh", someVerbs()));
}
