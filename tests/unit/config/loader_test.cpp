// The loader as a whole: the shipped example, the page's example, the model it makes, every mistake
// at once.
#include "src/config/loader.hpp"

#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/unit/config/load.hpp"

using namespace lockstep;
using namespace lockstep::config;
using namespace lockstep::config::test;
using namespace std::chrono_literals;

namespace {

/// The example of the configuration page.
const std::string kPageExample = [] {
  std::ifstream stream(LOCKSTEP_SOURCE_DIR "/tests/golden/config/shop-counts.yaml");
  return std::string(std::istreambuf_iterator<char>(stream), {});
}();

World pageWorld() {
  World world;
  world.files["/run/secrets/kafka"] = "hunter2\n";
  return world;
}

}  // namespace

TEST_CASE("the page's example loads except for what this version does not have",
          "[unit][config][loader]") {
  REQUIRE(kPageExample.size() > 1000);
  const auto loaded = pageWorld().load(kPageExample);

  // The admin server (E013), an unused function (W023) and print (W060).
  INFO(loaded.diagnostics.print());
  CHECK(codes(loaded) == Codes{"E013 13:17", "W023 15:12", "W060 39:5"});
}

TEST_CASE("the example becomes a typed model", "[unit][config][loader]") {
  const auto loaded = pageWorld().load(kPageExample);
  const ApplicationConfig& config = loaded.application;

  CHECK(config.application.text == "shop-counts");
  CHECK(config.batch.interval == 500ms);
  CHECK(config.kafka.bootstrap == "localhost:9092");
  CHECK(config.kafka.security.protocol == SecurityProtocol::kSaslSsl);
  CHECK(config.kafka.security.password->reveal() == "hunter2");  // without the line end
  REQUIRE(config.kafka.client.size() == 1);
  CHECK(config.kafka.client[0].name.text == "fetch.wait.max.ms");
  CHECK(config.kafka.client[0].value.reveal() == "20");
  CHECK(config.state.memory_limit.count == 1ULL << 30);
  CHECK(config.errors.decode == ErrorPolicy::kDeadLetter);
  CHECK(config.errors.produce == ErrorPolicy::kStop);
  CHECK(config.shutdownTimeout() == 60s);
  REQUIRE(config.streams.size() == 4);
  CHECK(config.streams[0].kafka()->topics[0].text == "lines");
  CHECK(config.streams[1].from()->names[0].text == "lines");
  const StepConfig& map = config.streams[1].steps.at(2);
  CHECK(map.kind() == OperatorKind::kMap);
  CHECK(map.text("value") == "1");
  const StepConfig& state = config.streams[2].steps.at(0);
  CHECK(state.id->text == "counts");
  CHECK(state.text("update") == "state + sum(values)");
  CHECK_FALSE(state.find("update")->named.has_value());
  CHECK(state.text("emit") == "changed");
  CHECK(state.text("visit") == "all");  // the default
  CHECK(config.outputs.at(0).kafka()->value == DataFormat::kLong);
  CHECK(config.outputs.at(2).print()->limit == 10);
  const TestConfig& test = config.tests.at(0);
  CHECK(test.batches.at(0).input.at(0).second.at(1).value == TestValue("not to be"));
  CHECK(test.streams.at(0).batches.at(1).records.at(0).value == TestValue(3));
}

TEST_CASE("the shipped word count has no mistakes", "[unit][config][loader]") {
  const auto loaded = loadFile(LOCKSTEP_SOURCE_DIR "/config/word-counts.yaml");

  INFO(loaded.diagnostics.print());
  CHECK(loaded.ok());
  CHECK(loaded.diagnostics.all().empty());
}

TEST_CASE("an expression's offset is mapped to its line and column", "[unit][config][loader]") {
  const auto loaded = load(file({},
                                "      - filter: 'value > 100'\n"
                                "      - map: |\n"
                                "          value\n"
                                "            + key\n"));
  REQUIRE(loaded.ok());
  const auto& steps = loaded.application.streams[0].steps;

  CHECK(steps[0].find("where")->value.at(6) == Place{0, 8, 23, 24});
  CHECK(steps[1].find("where")->value.at(8, 3) == Place{0, 9, 26, 29});
  CHECK(steps[2].find("value")->value.at(10, 3) == Place{0, 12, 15, 18});
}

TEST_CASE("all mistakes of a file are reported at once, by place", "[unit][config][loader]") {
  const auto loaded = load(
      "application: app\n"
      "aplication: x\n"
      "batch: { interval: 500 }\n"
      "kafka: { bootstrap: b:9092, client: { enable.idempotence: false, fetch.min.byte: 1 } }\n"
      "state: { dir: s, memory_limit: 1GiB, memory_limit: 2GiB }\n"
      "streams:\n"
      "  in:\n"
      "    kafka: { topics: [t] }\n"
      "    steps:\n"
      "      - flatmap: x\n"
      "      - id: a\n"
      "        updateStateByKey: { update: sum }\n"
      "outputs: [ { from: inn, kafka: { topic: out } } ]\n");

  INFO(loaded.diagnostics.print());
  CHECK(codes(loaded) == Codes{"E010 2:1", "E006 3:20", "E061 4:39", "E062 4:66", "E003 5:38",
                               "E012 10:9", "E041 12:9", "E022 13:20"});
}

TEST_CASE("a missing file is a mistake with exit code 66", "[unit][config][loader]") {
  const auto loaded = loadFile("/nonexistent/x.yaml");

  CHECK(bare(loaded) == Codes{"E002"});
  CHECK(loaded.diagnostics.toStatus().exitCode() == ExitCode::kFileMissing);
}

TEST_CASE("other mistakes end with exit code 78", "[unit][config][loader]") {
  CHECK(load("application: [").diagnostics.toStatus().exitCode() == ExitCode::kConfiguration);
}

TEST_CASE("no truncation and no flipped byte of the example crashes the loader",
          "[unit][config][loader][fuzz]") {
  const World world = pageWorld();
  for (std::size_t size = 0; size < kPageExample.size(); size += 7) {
    const auto loaded = world.load(kPageExample.substr(0, size));
    CHECK(loaded.diagnostics.print().find("hunter2") == std::string::npos);
  }
  std::uint32_t seed = 20240607;
  const auto random = [&seed](std::size_t bound) {
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8U) % bound;
  };
  std::size_t with_mistakes = 0;
  for (int round = 0; round < 400; ++round) {
    std::string text = kPageExample;
    for (std::size_t flips = 1 + random(4); flips > 0; --flips) {
      text[random(text.size())] = static_cast<char>(random(256));
    }
    const auto loaded = world.load(text);
    with_mistakes += loaded.diagnostics.print().empty() ? 0 : 1;
    CHECK(loaded.diagnostics.toJson().size() == loaded.diagnostics.all().size());
  }
  CHECK(with_mistakes == 400);  // the window of the example is one in any case
}

TEST_CASE("the printed mistakes of a file are the golden text", "[unit][config][loader][golden]") {
  const std::string folder = LOCKSTEP_SOURCE_DIR "/tests/golden/config/";
  const auto read = [&](const std::string& name) {
    std::ifstream stream(folder + name);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  const auto loaded = loadText("mistakes.yaml", read("mistakes.yaml"));

  CHECK(loaded.diagnostics.print() == read("mistakes.txt"));
}
