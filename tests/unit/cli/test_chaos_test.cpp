// `lockstep test --chaos`: the same output under faults, and that another one is told.
#include "src/cli/test_chaos.hpp"

#include <lockstep/base/log.hpp>

#include "src/cli/fed_streams.hpp"
#include "src/cli/loaded.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dying_process.hpp"

using namespace lockstep;
using namespace lockstep::cli;

namespace {

constexpr const char* kCounts =
    "application: counts\n"
    "kafka: { bootstrap: b:9092 }\n"
    "batch: { interval: 1s }\n"
    "state: { dir: ./state }\n"
    "streams:\n"
    "  lines: { kafka: { topics: [lines], value: string } }\n"
    "  counts:\n"
    "    from: lines\n"
    "    steps:\n"
    "      - map: { key: value, value: 1 }\n"
    "      - id: counts\n"
    "        updateStateByKey: { initial: 0, update: state + sum(values), emit: changed }\n"
    "outputs: [ { from: counts, kafka: { topic: out, key: string, value: long } } ]\n"
    "tests:\n"
    "  - name: grow\n"
    "    batches: [ { lines: [a, b, a] }, { lines: [a] }, { advance: 3s }, { lines: [b, c] } ]\n"
    "    expect: { out: [ { a: 2, b: 1 }, { a: 3 }, ~, { b: 2, c: 1 } ] }\n";

struct ChaosFixture {
  explicit ChaosFixture(const std::vector<std::string>& overrides = {}) {
    log::configure(log::Level::kOff, log::Format::kText);
    auto loaded = loadText("counts.yaml", kCounts, overrides);
    REQUIRE_FALSE(loaded.diagnostics.hasErrors());
    application = fedByHand(std::move(loaded.application));
    const auto seen = observe(application, application.tests.front());
    CHECK(check(application, application.tests.front(), seen).empty());
    expected = seen.evidence;
  }

  ChaosResult run(ChaosOptions options) const {
    return testUnderFaults(application, application.tests.front(), expected, options);
  }

  config::ApplicationConfig application;
  sim::Evidence expected;
};

}  // namespace

TEST_CASE("a test gives the same under every schedule", "[unit][cli][test_chaos]") {
  const ChaosFixture fixture;
  const auto result = fixture.run({60, 1});
  CHECK(result.failures.empty());
  CHECK(result.schedules == 60);
  CHECK(result.counts.kills > 30);
  CHECK(textOf(result).starts_with("60 fault schedules, "));
  CHECK(textOf(result).ends_with(": same output"));
}

TEST_CASE("a bug shows as a difference, with the seed that repeats it", "[unit][cli][test_chaos]") {
  const ChaosFixture fixture;
  ChaosOptions options{1'000, 1, sim::StoreBug::kWithoutSync};
  const auto result = fixture.run(options);
  REQUIRE_FALSE(result.failures.empty());
  CHECK(result.failed_seed == result.schedules);
  CHECK(result.failures.front().what.starts_with("with faults, seed " +
                                                 std::to_string(result.failed_seed) + ": "));
  CHECK_FALSE(result.failures.back().notes.empty());
  CHECK(textOf(result).ends_with(": other output"));

  options.schedules = 1;
  options.seed = result.failed_seed;
  const auto again = fixture.run(options);
  REQUIRE(again.failures.size() == result.failures.size());
  CHECK(again.failures.front().what == result.failures.front().what);
  CHECK(again.failures.back().notes == result.failures.back().notes);
  options.bug = sim::StoreBug::kNone;
  CHECK(fixture.run(options).failures.empty());
}

TEST_CASE("without transactions batches come again, and the notes say why",
          "[unit][cli][test_chaos]") {
  const ChaosFixture fixture({"guarantee=at_least_once"});
  const auto result = fixture.run({200, 1});
  REQUIRE_FALSE(result.failures.empty());
  bool told = false;
  for (const auto& note : result.failures.back().notes)
    told = told || note.find("guarantee: at_least_once") != std::string::npos;
  CHECK(told);
}

TEST_CASE("an invariant that breaks in a schedule names test and seed, and how to repeat it",
          "[unit][cli][test_chaos]") {
  const ChaosFixture fixture;
  ChaosOptions options{3, 7};
  const auto broken_with = [&] {
    return test::runUntilDeath([&] {
      auto evidence = fixture.expected;
      evidence.states.begin()->second.declared.id = "of another test";  // a mistake of the caller
      static_cast<void>(testUnderFaults(fixture.application, fixture.application.tests.front(),
                                        evidence, options));
    });
  };
  const auto plain = broken_with();
  CHECK(plain.signal == SIGABRT);
  INFO(plain.printed);
  CHECK(plain.printed.find("  in: 'grow' with faults, seed 7\n") != std::string::npos);
  options.describe = [](std::uint64_t seed) { return "again: --seed " + std::to_string(seed); };
  CHECK(broken_with().printed.find("  in: again: --seed 7\n") != std::string::npos);
}

TEST_CASE("what a file has that is not under faults is told", "[unit][cli][test_chaos]") {
  const auto loaded = loadText("mixed.yaml",
                               "application: mixed\n"
                               "kafka: { bootstrap: b:9092 }\n"
                               "streams:\n"
                               "  found: { files: { dir: /data/in } }\n"
                               "outputs:\n"
                               "  - { from: found, print: {} }\n"
                               "  - { from: found, kafka: { topic: out } }\n",
                               {});
  const auto notes = notUnderFaults(loaded.application);
  REQUIRE(notes.size() == 2);
  CHECK(notes[0] ==
        "stream 'found': its records come from a topic, as in every test; the reader of 'files' "
        "itself is not under faults");
  CHECK(notes[1] == "output 'print' of 'found' is left out, as in every test");
}
