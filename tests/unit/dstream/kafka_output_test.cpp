// Records that choose their topic, partition and headers; topics that nobody has made.
#include <lockstep/dstream/record_builder.hpp>

#include <lockstep/base/error.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using test::GraphRunner;
using Lines = std::vector<std::string>;

namespace {

std::string_view orderText(const RecordView& record) { return record.value.value_or(""); }
/// "de:10" -> "de".
std::string_view countryOf(const RecordView& record) {
  return orderText(record).substr(0, orderText(record).find(':'));
}

/// "topic/partition" of every output, in the order of sending.
Lines placesOf(const GraphRunner& run) {
  Lines lines;
  for (const auto& output : run.last.outputs)
    if (output.role == OutputRole::kOutput) lines.push_back(toString(output.partition));
  return lines;
}

}  // namespace

TEST_CASE("each record goes to the topic that it names behind the prefix",
          "[unit][dstream][kafka_output]") {
  GraphRunner run;
  run.addTopic("orders-de", 1);
  run.addTopic("orders-fr", 1);
  kafkaOutput(run.stream(), {.topic_prefix = "orders-"}, toRecord<RecordView>().topic(countryOf));
  run.prepare();
  run.feed({"fr:1", "de:2", "fr:3"});
  run.batch();
  CHECK(placesOf(run) == Lines{"orders-de/0", "orders-fr/0"});
  CHECK(run.records("orders-fr") == Lines{"~=fr:1", "~=fr:3"});
  CHECK(run.records("orders-de") == Lines{"~=de:2"});
  CHECK(run.last.counts == std::vector<OutputCount>{{{"orders-de", Partition{0}}, 1},
                                                    {{"orders-fr", Partition{0}}, 2}});
  run.batch();
  CHECK(run.last.outputs.empty());
}

TEST_CASE("a topic that appears between two batches takes the next one's records",
          "[unit][dstream][kafka_output]") {
  GraphRunner run;
  run.deadLetters();
  kafkaOutput(run.stream(), {.topic_prefix = "orders-"}, toRecord<RecordView>().topic(countryOf));
  run.prepare();
  run.feed({"de:1"});
  run.batch();
  CHECK(run.records("orders-de").empty());
  CHECK(run.records("dlq") == Lines{"~=de:1"});
  run.addTopic("orders-de", 1);
  run.feed({"de:2"});
  run.batch();
  CHECK(run.records("orders-de") == Lines{"~=de:2"});
  run.services.topics["orders-de"].exists = false;
  run.feed({"de:3"});
  run.batch();
  CHECK(run.records("dlq") == Lines{"~=de:3"});
}

TEST_CASE("a topic that does not exist, or is Lockstep's own, refuses only its records",
          "[unit][dstream][kafka_output]") {
  GraphRunner run;
  run.addTopic("app-changelog-de", 1);
  run.addTopic("app-changelog-fr", 1);
  run.addTopic("app-x", 1);
  run.deadLetters();
  kafkaOutput(run.stream(), {.topic_prefix = "app-"}, toRecord<RecordView>().topic(orderText));
  run.prepare();
  run.feed({"x", "changelog-de", "nothing", "x"});
  run.batch();
  CHECK(run.records("app-x") == Lines{"~=x", "~=x"});
  CHECK(run.records("dlq") == Lines{"~=changelog-de", "~=nothing"});
  CHECK(run.last.counters.dead_letters.at({"kafka 1", RecordErrorKind::kProduce}) == 2);
}

TEST_CASE("without dead letters an unknown topic stops with its name",
          "[unit][dstream][kafka_output]") {
  GraphRunner run;
  kafkaOutput(run.stream(), {.topic_prefix = "orders-"}, toRecord<RecordView>().topic(countryOf));
  run.prepare();
  run.feed({"xx:1"});
  run.run(run.plan());
  CHECK(run.last.status.info().code == "E301");
  CHECK(run.last.status.message().find("topic 'orders-xx' does not exist") != std::string::npos);
}

TEST_CASE("a function chooses the partition; one that is not there refuses its record",
          "[unit][dstream][kafka_output]") {
  GraphRunner run;
  run.addTopic("out", 3);
  run.deadLetters();
  kafkaOutput(run.stream(), {.topic = "out"},
              toRecord<RecordView>().partition(
                  [](const RecordView& r) { return std::stoi(std::string(orderText(r))); }));
  run.prepare();
  run.feed({"2", "0", "3", "-1", "2"});
  run.batch();
  CHECK(placesOf(run) == Lines{"out/0", "out/2"});
  CHECK(run.records("out") == Lines{"~=0", "~=2", "~=2"});
  CHECK(run.records("dlq") == Lines{"~=3", "~=-1"});
}

TEST_CASE("headers of a function stand behind those of the record",
          "[unit][dstream][kafka_output]") {
  GraphRunner run;
  run.addTopic("out", 1);
  kafkaOutput(run.stream(), {.topic = "out"},
              toRecord<RecordView>().headers([](const RecordView& r, HeaderList& headers) {
                headers.add("size", std::to_string(orderText(r).size()));
                headers.add("none", std::nullopt);
              }));
  run.prepare();
  run.input.append({"in", Partition{0}}, {"k", "abc", test::at(42), {{"h", "1"}}});
  run.input.append({"in", Partition{0}}, {"k", "z", test::at(43)});
  run.batch();
  const auto records = run.last.outputs.at(0).records->records();
  REQUIRE(records.size() == 2);
  const auto headers = [&](std::size_t i) {
    return std::vector<Header>(records[i].headers.begin(), records[i].headers.end());
  };
  CHECK(headers(0) == std::vector<Header>{{"h", "1"}, {"size", "3"}, {"none", std::nullopt}});
  CHECK(headers(1) == std::vector<Header>{{"size", "1"}, {"none", std::nullopt}});
}

TEST_CASE("a record that fails leaves nothing in the topics it would have gone to",
          "[unit][dstream][kafka_output]") {
  GraphRunner run;
  run.addTopic("orders-de", 1);
  run.addTopic("orders-fr", 1);
  run.deadLetters();
  run.services.topics["orders-fr"].max_message_bytes = 100;
  kafkaOutput(run.stream(), {.topic_prefix = "orders-"}, toRecord<RecordView>().topic(countryOf));
  run.prepare();
  run.feed({"de:1", "fr:" + std::string(200, 'x'), "de:2"});
  run.batch();
  CHECK(run.records("orders-de") == Lines{"~=de:1", "~=de:2"});
  CHECK(run.records("orders-fr").empty());
  CHECK(run.last.counters.dead_letters.size() == 1);
}

TEST_CASE("outputs of a batch are sent in the order of their definition",
          "[unit][dstream][kafka_output]") {
  GraphRunner run;
  run.addTopic("z-1", 1);
  const auto stream = run.stream();
  run.save(stream, "b");
  kafkaOutput(stream, {.topic_prefix = "z-"},
              toRecord<RecordView>().topic([](const RecordView&) { return "1"; }));
  run.save(stream, "a");
  run.prepare();
  run.feed({"x"});
  run.batch();
  CHECK(placesOf(run) == Lines{"b/0", "z-1/0", "a/0"});
}

TEST_CASE("an output names one topic, and a prefix needs somebody who chooses",
          "[unit][dstream][kafka_output]") {
  GraphRunner run;
  const auto stream = run.stream();
  CHECK_THROWS_AS(kafkaOutput(stream, {}), Error);
  CHECK_THROWS_AS(kafkaOutput(stream, {.topic = "a", .topic_prefix = "b"},
                              toRecord<RecordView>().topic(countryOf)),
                  Error);
  CHECK_THROWS_AS(kafkaOutput(stream, {.topic_prefix = "b"}), Error);
  kafkaOutput(stream, {.topic_prefix = "b-"}, toRecord<RecordView>().topic(countryOf));
  CHECK(run.graph->topicsWritten().empty());
  CHECK(run.graph->topicPrefixesWritten() == Lines{"b-"});
}
