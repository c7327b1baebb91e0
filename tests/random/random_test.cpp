// Random graphs of all operators: under faults, with more workers, at another parallelism. And that
// mistakes are found, and no operator is left out.
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <lockstep/base/log.hpp>

#include "tests/random/judge.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::random_graphs;

namespace {

#if defined(__OPTIMIZE__)
constexpr std::uint64_t kRounds = 6;
constexpr std::uint64_t kSchedules = 4;
#else
constexpr std::uint64_t kRounds = 1;
constexpr std::uint64_t kSchedules = 2;
#endif

struct Silence {
  Silence() { log::configure(log::Level::kOff, log::Format::kText); }
};

/// The first seed that shows a difference.
std::optional<std::uint64_t> firstFound(const Trial& trial, std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    if (judge(seed, trial).difference) return seed;
  return std::nullopt;
}

std::string textOf(const std::string& path) {
  const std::ifstream file(LOCKSTEP_SOURCE_DIR "/" + path);
  REQUIRE(file.is_open());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// All that `pattern`, which has one group, matches in the text.
std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern, std::regex::ECMAScript | std::regex::multiline);
  std::set<std::string> all;
  for (std::sregex_iterator i(text.begin(), text.end(), expression), end; i != end; ++i)
    all.insert((*i)[1]);
  return all;
}

/// Of a class: its declaration up to what is private.
std::string publicPart(const std::string& header, const std::string& name) {
  const auto text = textOf("include/lockstep/dstream/" + header);
  const auto begin = text.find("\nclass " + name + " ");
  REQUIRE(begin != std::string::npos);
  return text.substr(begin, text.find("\n private:", begin) - begin);
}

/// The headings of the page of operators, and the public functions of the streams' classes.
std::set<std::string> operatorsOffered() {
  std::set<std::string> all;
  for (const auto& heading : matches(textOf("docs/operators.md"), "^### (.*)$"))
    all.merge(matches(heading, "(\\w+)"));
  const std::vector<std::pair<std::string, std::string>> classes{
      {"dstream_class.hpp", "DStream"},
      {"event_time_stream.hpp", "EventTimeDStream"},
      {"event_time_stream.hpp", "EventWindowedDStream"},
      {"map_with_state.hpp", "MapWithStateDStream"}};
  for (const auto& [header, name] : classes)
    all.merge(matches(publicPart(header, name), "^  (?!//|explicit)\\S.*? (\\w+)\\("));
  return all;
}

std::set<std::string> operatorsDrawn() {
  std::set<std::string> all;
  const auto add = [&](const auto& entries) {
    for (const auto& entry : entries) all.insert(entry.operators.begin(), entry.operators.end());
  };
  add(catalogue());
  add(sources());
  add(outputs());
  return all;
}

}  // namespace

TEST_CASE("random graphs give the same under faults, with more workers, at other parallelism",
          "[random]") {
  const Silence silence;
  std::map<std::string, int> drawn;
  sim::FaultCounts counts;
  std::uint64_t compared = 0;
  const auto seeds = kRounds * catalogue().size();
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const RandomSubject subject({seed});
    const auto verdict = judge(seed, {.schedules = kSchedules});
    CAPTURE(verdict.story);
    REQUIRE(verdict.difference.value_or("") == "");
    counts += verdict.counts;
    if (verdict.compared) ++compared;
    for (const auto& name : subject.drawn().used) ++drawn[name];
  }
  for (const auto& step : catalogue()) {
    CAPTURE(step.name);
    CHECK(drawn[step.name] >= static_cast<int>(kRounds));
  }
  for (const auto& source : sources()) CHECK(drawn[source.name] > 0);
  for (const auto& output : outputs()) CHECK(drawn[output.name] > 0);
  CHECK(compared > seeds / 3);
  const auto schedules = seeds * kSchedules;
  CHECK(counts.kills > schedules / 2);
  CHECK(counts.pauses > schedules / 4);
  CHECK(counts.aborted > schedules / 4);
  CHECK(counts.disk_errors > schedules / 20);
}

TEST_CASE("the same seed draws the same graph, another variant the same steps", "[random]") {
  const auto text = [](std::uint64_t seed, std::uint32_t variant) {
    return drawGraph({seed, variant}, std::make_shared<Effects>()).text;
  };
  std::set<std::string> texts;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CHECK(text(seed, 0) == text(seed, 1));
    texts.insert(text(seed, 0));
  }
  CHECK(texts.size() == 100);
}

TEST_CASE("a step that remembers something beside its state is found", "[random]") {
  const Silence silence;
  CHECK(firstFound({.graph_bug = GraphBug::kRemembers}, 10));
}

TEST_CASE("a step that depends on the number of partitions is found", "[random]") {
  const Silence silence;
  CHECK(firstFound({.schedules = 0, .graph_bug = GraphBug::kCountsPartitions}, 20));
}

TEST_CASE("a store that does not sync, or writes positions first, is found", "[random]") {
  const Silence silence;
  CHECK(firstFound({.store_bug = sim::StoreBug::kWithoutSync}, 100));
  CHECK(firstFound({.store_bug = sim::StoreBug::kPositionsFirst}, 300));
}

TEST_CASE("batches that are written at least once are found", "[random]") {
  const Silence silence;
  CHECK(firstFound({.guarantee = Guarantee::kAtLeastOnce}, 20));
}

TEST_CASE("every operator is drawn, or left out for a reason", "[random]") {
  const auto offered = operatorsOffered();
  REQUIRE(offered.contains("reduceByKeyAndWindow"));  // a public function, with a template
  REQUIRE(offered.contains("project"));               // a heading
  REQUIRE(offered.contains("stateSnapshots"));
  REQUIRE(offered.size() > 60);
  auto known = operatorsDrawn();
  for (const auto& [name, reason] : leftOut()) {
    CAPTURE(name);
    CHECK(known.insert(name).second);
    CHECK(offered.contains(name));
    CHECK(reason.size() > 5);
  }
  std::set<std::string> missing;
  for (const auto& name : offered)
    if (!known.contains(name)) missing.insert(name);
  CHECK(missing == std::set<std::string>{});
}
