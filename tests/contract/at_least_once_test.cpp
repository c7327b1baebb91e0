// The same port without transactions (Guarantee::kAtLeastOnce): records first, then offsets.
#include "tests/contract/script.hpp"

namespace lockstep::test {

namespace {

/// A producer of one process, ready to begin.
std::unique_ptr<TransactionalOutput> plain(const Script& script) {
  const auto factory = script.kafka->outputs({.transactional_id = script.name("app"),
                                              .group = script.group(),
                                              .guarantee = Guarantee::kAtLeastOnce});
  auto output = factory->createOutput();
  REQUIRE(output.ok());
  REQUIRE(script.init(**output).ok());
  return std::move(*output);
}

}  // namespace

TEST_CASE("without transactions a commit means that records are there and offsets moved",
          "[contract][at_least_once]") {
  Script script;
  const TopicPartition in = script.topic("in", 2);
  const TopicPartition in1{in.topic, Partition(1)};
  const TopicPartition out = script.topic("out", 2);
  const TopicPartition out1{out.topic, Partition(1)};
  auto output = plain(script);
  for (int batch = 1; batch <= 5; ++batch) {
    REQUIRE(output->begin().ok());
    REQUIRE(script.append(*output, out, {"a" + std::to_string(batch)}).ok());
    REQUIRE(script.append(*output, out1, {"b" + std::to_string(batch)}).ok());
    const std::string metadata = "batch=" + std::to_string(batch);
    REQUIRE(script.commit(*output, {{in, Offset(batch)}, {in1, Offset(0)}}, metadata).ok());
    CHECK(script.committed(in) == std::to_string(batch) + " " + metadata);
    CHECK(script.committed(in1) == "0 " + metadata);
  }
  CHECK(script.values(out) == Values{"a1", "a2", "a3", "a4", "a5"});
  CHECK(script.values(out1) == Values{"b1", "b2", "b3", "b4", "b5"});
  CHECK(script.highWatermark(out) == 5);  // no markers
  CHECK_FALSE(output->dirty());
}

TEST_CASE("without transactions offsets alone can be committed", "[contract][at_least_once]") {
  Script script;
  const TopicPartition in = script.topic("in");
  auto output = plain(script);
  for (int beat = 1; beat <= 3; ++beat) {
    REQUIRE(output->begin().ok());
    REQUIRE(script.commit(*output, {{in, Offset(4)}}, "beat=" + std::to_string(beat)).ok());
    CHECK(script.committed(in) == "4 beat=" + std::to_string(beat));
  }
  const std::string longest(4096, 'x');
  REQUIRE(output->begin().ok());
  REQUIRE(script.commit(*output, {{in, Offset(5)}}, longest).ok());
  CHECK(script.committed(in) == "5 " + longest);
}

TEST_CASE("without transactions an abort moves no offset, and a new producer goes on",
          "[contract][at_least_once]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const TopicPartition out = script.topic("out");
  auto output = plain(script);
  CHECK(output->abort(Script::kPatience).ok());  // nothing is open
  CHECK_FALSE(output->dirty());
  REQUIRE(output->begin().ok());
  REQUIRE(script.append(*output, out, {"a"}).ok());
  REQUIRE(output->abort(Script::kPatience).ok());
  CHECK(output->dirty());
  CHECK(output->abort(Script::kPatience).ok());
  CHECK(script.committed(in) == "-");
  output = plain(script);
  REQUIRE(output->begin().ok());
  REQUIRE(script.append(*output, out, {"a"}).ok());
  REQUIRE(script.commit(*output, {{in, Offset(1)}}).ok());
  const auto values = script.values(out);
  CHECK((values == Values{"a"} || values == Values{"a", "a"}));  // what was sent stays
  CHECK(script.committed(in) == "1 m");
}

TEST_CASE("without transactions a refused record leaves the offsets where they were",
          "[contract][at_least_once]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const TopicPartition out =
      script.topic("out", 1, {{"message.timestamp.before.max.ms", "3600000"}});
  auto output = plain(script);
  REQUIRE(output->begin().ok());
  const WallTime old = script.clock().wallNow() - std::chrono::hours(24);
  const EncodedRecord record{std::nullopt, "old", old, {}};
  script.checkRefused(*output, out, record, in);
}

TEST_CASE("without transactions nothing fences a second producer", "[contract][at_least_once]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const TopicPartition out = script.topic("out");
  auto first = plain(script);
  auto second = plain(script);
  REQUIRE(first->begin().ok());
  REQUIRE(second->begin().ok());
  REQUIRE(script.append(*first, out, {"first"}).ok());
  REQUIRE(script.commit(*first, {{in, Offset(1)}}, "first").ok());
  REQUIRE(script.append(*second, out, {"second"}).ok());
  REQUIRE(script.commit(*second, {{in, Offset(2)}}, "second").ok());
  CHECK(script.values(out) == Values{"first", "second"});
  CHECK(script.committed(in) == "2 second");
}

}  // namespace lockstep::test
