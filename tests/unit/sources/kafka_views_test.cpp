// Several streams of the same topics, and streams by pattern.
#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

DStream<std::string_view> values(const DStream<RecordView>& stream, char mark) {
  return stream
      .map([mark](const RecordView& record) {
        return mark + std::string(record.value.value_or(""));
      })
      .map([](const std::string& text) { return std::string_view(text); });
}

TopicPattern startsWith(const std::string& prefix) {
  return {prefix + ".*",
          [prefix](std::string_view topic) { return topic.substr(0, prefix.size()) == prefix; }};
}

std::vector<std::string> sorted(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("two streams of one topic read its partitions once", "[unit][sources][kafka_views]") {
  GraphRunner runner;
  const auto first = runner.stream("a");
  static_cast<void>(runner.stream("b"));
  const auto second = directKafkaInput(runner.graph, {"a", "b", "c"});
  runner.input.log({"c", Partition{0}});
  runner.save(values(first, '1'), "out-1");
  runner.save(values(second, '2'), "out-2");
  runner.prepare();
  CHECK(runner.graph->topicsRead() == Lines{"a", "b", "c"});
  runner.feed({"x", "y"}, "a");
  runner.feed({"z"}, "b");
  runner.batch();
  CHECK(runner.records("out-1") == Lines{"~=1x", "~=1y"});
  CHECK(sorted(runner.records("out-2")) == Lines{"~=2x", "~=2y", "~=2z"});
  CHECK(runner.last.counters.records_in == 3);
}

TEST_CASE("streams by pattern read what matches, also partitions that came later",
          "[unit][sources][kafka_views]") {
  GraphRunner runner;
  const auto all = kafkaPatternInput(runner.graph, startsWith("in-"));
  const auto some = kafkaPatternInput(runner.graph, startsWith("in-b"));
  runner.save(values(all, 'a'), "out-1");
  runner.save(values(some, 'b'), "out-2");
  runner.prepare();
  const auto batch = [&](std::uint64_t id, const Lines& topics) {
    BatchPlan plan;
    plan.id = BatchId{id};
    plan.time = at(static_cast<std::int64_t>(id) * 1000);
    plan.closes_own_tick = true;
    for (const auto& topic : topics) {
      const TopicPartition partition{topic, Partition{0}};
      runner.input.log(partition);
      const auto from = runner.input.end(partition);
      runner.feed({topic + std::to_string(id)}, topic);
      plan.ranges.push_back({partition, from, runner.input.end(partition)});
    }
    runner.batch(plan);
  };
  batch(1, {"in-a"});
  CHECK(runner.records("out-1") == Lines{"~=ain-a1"});
  CHECK(runner.records("out-2").empty());
  batch(2, {"in-a", "in-b", "other"});
  CHECK(sorted(runner.records("out-1")) == Lines{"~=ain-a2", "~=ain-b2"});
  CHECK(runner.records("out-2") == Lines{"~=bin-b2"});
  // The first task reads another topic than before.
  batch(3, {"in-b", "in-c"});
  CHECK(runner.records("out-2") == Lines{"~=bin-b3"});
}

TEST_CASE("a topic that is named and matches a pattern is a mistake",
          "[unit][sources][kafka_views]") {
  GraphRunner runner;
  const auto named = runner.stream("in-a");
  const auto matching = kafkaPatternInput(runner.graph, startsWith("in-"));
  runner.save(values(named, '1'), "out-1");
  runner.save(values(matching, '2'), "out-2");
  const auto status = runner.graph->check();
  REQUIRE_FALSE(status.ok());
  CHECK(status.info().code == "E025");
}
