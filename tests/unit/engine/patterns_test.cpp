// Inputs by pattern: topics that come, topics that go; topics that receivers keep.
#include "src/engine/recovery.hpp"

#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr auto kPattern = "in-.*";

EngineOptions patternOptions(StartFrom start = StartFrom::kEarliest) {
  auto options = EngineDriver::options();
  options.inputs.clear();
  options.patterns = {{kPattern, start}};
  options.idle_batches = false;
  return options;
}

/// A topic with records from 2 to 7.
void addMatching(FakeCluster& cluster, const std::string& topic) {
  cluster.addTopic(topic, 1);
  cluster.logStart(topic) = Offset{2};
  cluster.end(topic) = Offset{7};
  cluster.matched.push_back({topic, kPattern});
}

EngineOptions receiverOptions() {
  auto options = EngineDriver::options();
  options.source_topics = {{"app-receiver-r", 1, -1, {}}, {"app-receiver-r.positions", 1, -1, {}}};
  return options;
}

}  // namespace

TEST_CASE("a pattern's topics start where it says, and later ones at their beginning",
          "[unit][engine][patterns]") {
  EngineDriver driver(patternOptions(StartFrom::kLatest));
  addMatching(driver.cluster, "in-a");
  driver.start();
  CHECK(driver.committedAt("in-a", 0) == Offset{7});
  driver.tick();
  addMatching(driver.cluster, "in-b");
  driver.advance(seconds(31));
  CHECK(driver.committedAt("in-b", 0) == Offset{7});  // read from 2 on
  CHECK(std::any_of(driver.reports.begin(), driver.reports.end(), [](const auto& report) {
    return report.find("in-b/0: new partition, from 2") != std::string::npos;
  }));
  const auto& listed = driver.cluster.ledger->topics;
  CHECK(std::any_of(listed.begin(), listed.end(),
                    [](const auto& topic) { return topic.topic == "in-b" && !topic.id.empty(); }));
  CHECK_FALSE(driver.stopped);
}

TEST_CASE("a topic that came while the application was down is read from its beginning",
          "[unit][engine][patterns]") {
  EngineDriver first(patternOptions(StartFrom::kLatest));
  addMatching(first.cluster, "in-a");
  first.start().tick();
  auto cluster = first.cluster;
  addMatching(cluster, "in-b");
  const auto options = patternOptions(StartFrom::kLatest);
  const auto read = cluster.read(options);
  const auto result = recover(options, {}, ClusterView(read));
  REQUIRE(result.ok());
  REQUIRE(result->committed.positions.size() == 2);
  CHECK(result->committed.positions[0].next == Offset{7});
  CHECK(result->committed.positions[1].next == Offset{2});
}

TEST_CASE("a pattern may match nothing yet", "[unit][engine][patterns]") {
  EngineDriver driver(patternOptions());
  driver.start().tick();
  CHECK_FALSE(driver.stopped);
  addMatching(driver.cluster, "in-a");
  driver.advance(seconds(31));
  driver.tick();
  CHECK(driver.committedAt("in-a", 0) == Offset{7});
}

TEST_CASE("a matching topic that is gone or made anew stops the application",
          "[unit][engine][patterns]") {
  EngineDriver driver(patternOptions());
  addMatching(driver.cluster, "in-a");
  driver.start().tick();
  SECTION("gone while it runs") {
    driver.cluster.end("in-a") = Offset{9};
    driver.hold("identify");
    driver.tick();
    driver.cluster.topics["in-a"].exists = false;
    driver.release("identify");
    for (int i = 0; i < 20 && !driver.stopped; ++i) driver.advance(seconds(1));
    CHECK(driver.stopCode() == "E211");
  }
  SECTION("made anew while it runs") {
    driver.cluster.topics["in-a"].id = "other";
    driver.advance(seconds(31));
    CHECK(driver.stopCode() == "E205");
  }
  SECTION("gone while it is down") {
    auto cluster = driver.cluster;
    cluster.topics["in-a"].exists = false;
    const auto options = patternOptions();
    const auto read = cluster.read(options);
    const auto result = recover(options, {}, ClusterView(read));
    REQUIRE_FALSE(result.ok());
    CHECK(result.status().info().code == "E211");
  }
}

TEST_CASE("topics of receivers are made once, and missed when they are gone",
          "[unit][engine][patterns]") {
  EngineDriver driver(receiverOptions());
  driver.start();
  REQUIRE(driver.cluster.topics.count("app-receiver-r") == 1);
  REQUIRE(driver.cluster.topics.count("app-receiver-r.positions") == 1);
  const auto options = receiverOptions();
  const auto code = [&](FakeCluster cluster) {
    const auto read = cluster.read(options);
    const auto result = recover(options, {}, ClusterView(read));
    return result.ok() ? "ok" : result.status().info().code;
  };
  CHECK(code(driver.cluster) == "ok");
  auto gone = driver.cluster;
  gone.topics["app-receiver-r.positions"].exists = false;
  CHECK(code(gone) == "E260");
  auto other = driver.cluster;
  other.topics["app-receiver-r"].id = "other";
  CHECK(code(other) == "E260");
}

TEST_CASE("a fresh application does not take over what files another one has read",
          "[unit][engine][patterns]") {
  FakeCluster cluster;
  cluster.addTopic("in", 2);
  cluster.addTopic("out", 1);
  cluster.addTopic("app-receiver-r.positions", 1);
  const auto options = receiverOptions();
  const auto recovered = [&] {
    const auto read = cluster.read(options);
    return recover(options, {}, ClusterView(read));
  };
  CHECK(recovered().ok());
  cluster.end("app-receiver-r.positions") = Offset{3};
  REQUIRE_FALSE(recovered().ok());
  CHECK(recovered().status().info().code == "E207");
}
