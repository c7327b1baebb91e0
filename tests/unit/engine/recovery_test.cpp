// Recovery: fresh or not, where to continue, and every reason to refuse.
#include "src/engine/recovery.hpp"

#include "src/engine/error_codes.hpp"

#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// An application that has committed batch 5: in/0 up to 40, in/1 up to 30.
FakeCluster used() {
  FakeCluster cluster;
  cluster.addTopic("in", 2);
  cluster.addTopic("out", 1);
  cluster.addTopic("app-ledger", 1);
  cluster.addTopic("app-changelog-counts", 2);
  cluster.end("in", 0) = Offset{50};
  cluster.end("in", 1) = Offset{30};
  cluster.end("app-changelog-counts", 0) = Offset{9};
  cluster.end("app-ledger") = Offset{12};
  LedgerRecord record;
  record.incarnation = Incarnation{2};
  record.owner = Nonce{0xdef};
  record.graph_hash = 7;
  record.batch.id = BatchId{5};
  record.batch.ranges = {{{"in", Partition{0}}, Offset{35}, Offset{40}},
                         {{"in", Partition{1}}, Offset{30}, Offset{30}}};
  record.topics = {{"in", "in-id", 2},
                   {"out", "out-id", 1},
                   {"app-changelog-counts", "app-changelog-counts-id", 2},
                   {"app-ledger", "app-ledger-id", 1}};
  record.ends = {{{"app-changelog-counts", Partition{0}}, Offset{9}},
                 {{"app-ledger", Partition{0}}, Offset{10}}};
  cluster.ledger = record;
  const auto metadata = format(CommitMetadata{BatchId{5}, Incarnation{2}, Nonce{0xdef}, 3});
  const auto commit = [&](const std::string& topic, std::int32_t partition, std::int64_t offset) {
    const TopicPartition at{topic, Partition{partition}};
    cluster.committed[at] = {at, Offset{offset}, metadata};
  };
  commit("in", 0, 40);
  commit("in", 1, 30);
  commit("app-ledger", 0, 10);
  return cluster;
}

Result<Recovery> recovered(const FakeCluster& cluster,
                           const EngineOptions& options = EngineDriver::statefulOptions()) {
  const auto read = cluster.read(options);
  return recover(options, {}, ClusterView(read));
}

std::string code(const FakeCluster& cluster,
                 const EngineOptions& options = EngineDriver::statefulOptions()) {
  const auto result = recovered(cluster, options);
  return result.ok() ? "ok" : result.status().info().code;
}

Offset positionOf(const Result<Recovery>& result, const std::string& topic,
                  std::int32_t partition) {
  for (const auto& position : result->committed.positions) {
    if (position.partition == TopicPartition{topic, Partition{partition}}) return position.next;
  }
  FAIL("no position");
  return Offset{};
}

}  // namespace

TEST_CASE("a used application continues at its committed offsets", "[unit][engine][recovery]") {
  const auto result = recovered(used());
  REQUIRE(result.ok());
  CHECK(result->create.empty());
  CHECK(positionOf(result, "in", 0) == Offset{40});
  CHECK(positionOf(result, "in", 1) == Offset{30});
  CHECK(result->committed.batch().id == BatchId{5});
  CHECK(result->committed.ledger_offset == Offset{10});
}

TEST_CASE("fresh: nothing committed, no ledger, no changelog, no folder: topics are created",
          "[unit][engine][recovery]") {
  FakeCluster cluster;
  cluster.addTopic("in", 2);
  cluster.addTopic("out", 1);
  const auto result = recovered(cluster);
  REQUIRE(result.ok());
  REQUIRE(result->create.size() == 2);
  CHECK(result->create[0].name == "app-ledger");
  CHECK(result->create[1].name == "app-changelog-counts");
  CHECK(result->create[1].partitions == 2);
}

TEST_CASE("a start that died between creating its topics and its claim is still fresh",
          "[unit][engine][recovery]") {
  FakeCluster cluster;
  cluster.addTopic("in", 2);
  cluster.addTopic("out", 1);
  cluster.addTopic("app-changelog-counts", 2);
  CHECK(code(cluster) == "ok");
  cluster.addTopic("app-ledger", 1);
  cluster.end("app-ledger") = Offset{2};  // an aborted claim left a record and a marker
  const auto result = recovered(cluster);
  REQUIRE(result.ok());
  CHECK(result->create.empty());
}

TEST_CASE("without a ledger record everything else that exists refuses the start",
          "[unit][engine][recovery]") {
  FakeCluster cluster;
  cluster.addTopic("in", 2);
  cluster.addTopic("out", 1);
  SECTION("a state folder") {
    cluster.has_local_state = true;
    CHECK(code(cluster) == "E221");
  }
  SECTION("a changelog with records") {
    cluster.addTopic("app-changelog-counts", 2);
    cluster.end("app-changelog-counts", 1) = Offset{1};
    CHECK(code(cluster) == "E207");
  }
  SECTION("our committed offsets") {
    cluster.offsetOf("in", 1) = {{"in", Partition{1}}, Offset{3}, "v1;batch=1;inc=1;own=00"};
    CHECK(code(cluster) == "E207");
  }
  SECTION("another program's committed offsets") {
    cluster.offsetOf("in", 1) = {{"in", Partition{1}}, Offset{3}, "theirs"};
    CHECK(code(cluster) == "E209");
  }
}

TEST_CASE("start: chooses the first position once, stop refuses", "[unit][engine][recovery]") {
  FakeCluster cluster;
  cluster.addTopic("in", 2);
  cluster.addTopic("out", 1);
  cluster.addTopic("app-ledger", 1);
  cluster.end("in", 0) = Offset{50};
  cluster.logStart("in", 0) = Offset{20};
  auto options = EngineDriver::options();
  options.inputs[0].start = StartFrom::kEarliest;
  CHECK(positionOf(recovered(cluster, options), "in", 0) == Offset{20});
  options.inputs[0].start = StartFrom::kLatest;
  CHECK(positionOf(recovered(cluster, options), "in", 0) == Offset{50});
  options.inputs[0].start = StartFrom::kStop;
  CHECK(code(cluster, options) == "E214");
}

TEST_CASE("expired offsets continue at the ledger's", "[unit][engine][recovery]") {
  auto cluster = used();
  SECTION("one partition") { cluster.committed.erase({"in", Partition{0}}); }
  SECTION("all of them") { cluster.committed.clear(); }
  const auto result = recovered(cluster);
  REQUIRE(result.ok());
  CHECK(positionOf(result, "in", 0) == Offset{40});
  CHECK_FALSE(result->notes.empty());
}

TEST_CASE("a new partition of a listed topic starts at its log start, whatever start: says",
          "[unit][engine][recovery]") {
  auto cluster = used();
  cluster.addTopic("in", 3);
  cluster.end("in", 2) = Offset{8};
  auto options = EngineDriver::statefulOptions();
  options.inputs[0].start = StartFrom::kLatest;
  CHECK(positionOf(recovered(cluster, options), "in", 2) == Offset{0});
}

TEST_CASE(
    "a topic that the ledger does not list starts at its committed offset, else as start: says",
    "[unit][engine][recovery]") {
  auto cluster = used();
  cluster.addTopic("more", 2);
  cluster.end("more", 0) = Offset{70};
  cluster.end("more", 1) = Offset{70};
  const TopicPartition known{"more", Partition{0}};
  cluster.committed[known] = {known, Offset{33}, "v1;batch=2;inc=1;own=00"};
  auto options = EngineDriver::statefulOptions();
  options.inputs.push_back({"more", StartFrom::kLatest});
  const auto result = recovered(cluster, options);
  CHECK(positionOf(result, "more", 0) == Offset{33});
  CHECK(positionOf(result, "more", 1) == Offset{70});
}

TEST_CASE("offsets that left the log, or lie past its end, stop with numbers and a remedy",
          "[unit][engine][recovery]") {
  auto cluster = used();
  SECTION("below the log start") {
    cluster.logStart("in", 0) = Offset{45};
    const auto result = recovered(cluster);
    REQUIRE_FALSE(result.ok());
    CHECK(result.status().info().code == "E203");
    CHECK(result.status().exitCode() == ExitCode::kData);
    CHECK(result.status().message() ==
          "app: in/0: committed offset 40 is below the log start 45; 5 records are gone. Nothing "
          "was committed.");
    CHECK(result.status().info().help ==
          "lockstep reset app.yaml --to-earliest --state keep|clear");
  }
  SECTION("past the end") {
    cluster.end("in", 0) = Offset{39};
    CHECK(code(cluster) == "E204");
  }
}

TEST_CASE("topics that are not the ones the ledger lists stop", "[unit][engine][recovery]") {
  auto cluster = used();
  SECTION("input created anew") {
    cluster.topics["in"].id = "other";
    CHECK(code(cluster) == "E205");
  }
  SECTION("fewer partitions") {
    cluster.topics["in"].partitions = 1;
    CHECK(code(cluster) == "E206");
  }
  SECTION("input missing") {
    cluster.topics["in"].exists = false;
    CHECK(code(cluster) == "E211");
  }
  SECTION("changelog missing") {
    cluster.topics.erase("app-changelog-counts");
    CHECK(code(cluster) == "E208");
  }
  SECTION("changelog created anew") {
    cluster.topics["app-changelog-counts"].id = "other";
    CHECK(code(cluster) == "E208");
  }
  SECTION("ledger created anew") {
    cluster.topics["app-ledger"].id = "other";
    CHECK(code(cluster) == "E207");
  }
  SECTION("an id that the client cannot tell proves nothing") {
    cluster.topics["in"].id = "";
    CHECK(code(cluster) == "ok");
  }
  SECTION("an output created anew loses nothing of ours") {
    cluster.topics["out"].id = "other";
    CHECK(code(cluster) == "ok");
  }
}

TEST_CASE("a ledger or changelog that ends below its known end stops", "[unit][engine][recovery]") {
  auto cluster = used();
  SECTION("ledger below its committed offset") {
    cluster.ledger->ends.clear();
    cluster.end("app-ledger") = Offset{9};
    CHECK(code(cluster) == "E207");
  }
  SECTION("ledger's last record older than the committed batch") {
    cluster.ledger->batch.id = BatchId{4};
    CHECK(code(cluster) == "E207");
  }
  SECTION("changelog truncated") {
    cluster.end("app-changelog-counts", 0) = Offset{8};
    CHECK(code(cluster) == "E208");
  }
  SECTION("changelog with another number of shards") {
    cluster.addTopic("app-changelog-counts", 4);
    CHECK(code(cluster) == "E208");
  }
}

TEST_CASE("an operator that cannot read its old state is refused by the ledger alone",
          "[unit][engine][recovery]") {
  auto cluster = used();
  CHECK(recovered(cluster).ok());  // a ledger without signatures says nothing
  cluster.ledger->states = EngineDriver::statefulOptions().state;
  CHECK(recovered(cluster).ok());
  auto& stored = cluster.ledger->states[0];
  std::string what;
  SECTION("kind") { stored.kind = "mapWithState", what = "operator: was mapWithState"; }
  SECTION("key") { stored.key_type = "long", what = "key type: was long, is string"; }
  SECTION("value") { stored.value_type = "double", what = "value type: was double, is long"; }
  SECTION("reduction") { stored.reduction = "max", what = "reduction: was 'max', is ''"; }
  SECTION("shards") { stored.shards = 3, what = "parallelism: was 3, is 2"; }
  const auto status = recovered(cluster).status();
  CHECK(status.info().code == "E231");
  CHECK(status.message().find("'counts'") != std::string::npos);
  CHECK(status.message().find(what) != std::string::npos);
  stored.id = "another";  // an operator that is gone
  CHECK(recovered(cluster).ok());
}

TEST_CASE("every record tells the operators' signatures", "[unit][engine][recovery]") {
  EngineDriver driver(EngineDriver::statefulOptions());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  CHECK(driver.lastTransaction().ledger->states ==
        EngineDriver::statefulOptions().state);  // the claim
  driver.tick();
  CHECK(driver.lastTransaction().ledger->kind == LedgerKind::kBatch);
  CHECK(driver.lastTransaction().ledger->states == EngineDriver::statefulOptions().state);
}

TEST_CASE("a mix of batches, or offsets moved by hand, stops", "[unit][engine][recovery]") {
  auto cluster = used();
  SECTION("another offset") { cluster.offsetOf("in", 0).offset = Offset{39}; }
  SECTION("another batch") { cluster.offsetOf("in", 0).metadata = "v1;batch=4;inc=2;own=00"; }
  CHECK(code(cluster) == "E212");
}

TEST_CASE("an offset without our metadata stops", "[unit][engine][recovery]") {
  auto cluster = used();
  cluster.offsetOf("in", 0).metadata = "";
  CHECK(code(cluster) == "E209");
}

TEST_CASE("a new operator's changelog is created, one with old records refuses",
          "[unit][engine][recovery]") {
  auto cluster = used();
  auto options = EngineDriver::statefulOptions();
  options.state.push_back({"more", 1, "updateStateByKey", "string", "long", ""});
  const auto result = recovered(cluster, options);
  REQUIRE(result.ok());
  REQUIRE(result->create.size() == 1);
  CHECK(result->create[0].name == "app-changelog-more");
  cluster.addTopic("app-changelog-more", 1);
  CHECK(code(cluster, options) == "ok");
  cluster.end("app-changelog-more") = Offset{1};
  CHECK(code(cluster, options) == "E208");
}

TEST_CASE("an open plan of another graph refuses unless accepted", "[unit][engine][recovery]") {
  auto cluster = used();
  auto options = EngineDriver::statefulOptions();
  options.side_effects = true;
  auto& plan = cluster.ledger->open_plan;
  plan.id = BatchId{6};
  plan.ranges = {{{"in", Partition{0}}, Offset{40}, Offset{44}},
                 {{"in", Partition{1}}, Offset{30}, Offset{30}}};
  CHECK(code(cluster, options) == "ok");
  options.graph_hash = 8;
  CHECK(code(cluster, options) == "E215");
  options.accept_changed_plan = true;
  CHECK(code(cluster, options) == "ok");
}

TEST_CASE("every error of the engine has a code, a title and a text", "[unit][engine][recovery]") {
  std::string_view before;
  for (const auto& error : engineErrors()) {
    CHECK(error.code > before);
    CHECK_FALSE(error.title.empty());
    CHECK(error.text.size() > 40);
    before = error.code;
  }
}
