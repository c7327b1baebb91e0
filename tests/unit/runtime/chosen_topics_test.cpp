// ChosenTopics: which topics records may choose, from one look at the cluster to the next.
#include "src/runtime/chosen_topics.hpp"

#include "connectors/memory/memory_kafka.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using Names = std::vector<std::string>;

namespace {

struct ChosenFixture {
  explicit ChosenFixture(ChosenTopics::Options options = {"app", {"orders-", "app-"}})
      : chosen(std::move(options)) {}
  void make(const std::string& name) { kafka.admin().createTopic({name, 1, 1, {}}); }
  const Names& look() {
    REQUIRE(chosen.find(*cluster, clock, Deadline::in(clock, std::chrono::seconds(1))).ok());
    return chosen.names();
  }

  Clock& clock = systemClock();
  memory::MemoryKafka kafka{clock};
  std::unique_ptr<Cluster> cluster = kafka.cluster("app");
  ChosenTopics chosen;
};

}  // namespace

TEST_CASE("topics behind a prefix may be chosen, but not the application's own",
          "[unit][runtime][chosen_topics]") {
  ChosenFixture fixture;
  for (const auto* name : {"orders-fr", "orders-de", "orders-", "order", "app-x", "app-ledger",
                           "app-changelog-counts", "app-receiver-r"})
    fixture.make(name);
  CHECK(fixture.look() == Names{"app-x", "orders-de", "orders-fr"});
}

TEST_CASE("a topic that comes or goes is seen at the next look", "[unit][runtime][chosen_topics]") {
  ChosenFixture fixture;
  CHECK(fixture.look().empty());
  fixture.make("orders-de");
  CHECK(fixture.look() == Names{"orders-de"});
  fixture.kafka.admin().deleteTopic("orders-de");
  CHECK(fixture.look().empty());
}

TEST_CASE("no more topics are used than allowed", "[unit][runtime][chosen_topics]") {
  ChosenFixture fixture({"app", {"orders-"}, 0, 2});
  for (const auto* name : {"orders-c", "orders-a", "orders-b"}) fixture.make(name);
  CHECK(fixture.look() == Names{"orders-a", "orders-b"});
}

TEST_CASE("without prefixes nobody is asked", "[unit][runtime][chosen_topics]") {
  ChosenFixture fixture({"app", {}});
  fixture.make("orders-a");
  CHECK(fixture.look().empty());
}

TEST_CASE("a topic that takes less than the producer sends looks as if it did not exist",
          "[unit][runtime][chosen_topics]") {
  ChosenFixture fixture({"app", {"orders-"}, 1000});
  for (const auto* name : {"orders-a", "orders-b"}) fixture.make(name);
  (void)fixture.look();
  std::vector<TopicDescription> topics(3);
  topics[0].name = "orders-a";
  topics[1].name = "orders-b";
  topics[2].name = "named";
  topics[0].max_message_bytes = 1000;
  topics[1].max_message_bytes = topics[2].max_message_bytes = 999;
  for (auto& topic : topics) topic.exists = true;
  fixture.chosen.refuse(topics);
  CHECK(topics[0].exists);
  CHECK_FALSE(topics[1].exists);
  CHECK(topics[2].exists);
}
