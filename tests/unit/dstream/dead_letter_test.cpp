// Records that fail: only the culprit leaves the batch, with everything that is known about it.
#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using test::GraphRunner;
using Lines = std::vector<std::string>;

namespace {

std::string_view failOnBad(const RecordView& record) {
  const std::string_view value = record.value.value_or("");
  if (value.starts_with("bad"))
    throw RecordError(RecordErrorKind::kDecode, "cannot read '" + std::string(value) + "'");
  return value;
}

std::string headerOf(const EncodedRecord& record, std::string_view key) {
  for (const Header& header : record.headers)
    if (header.key == key) return std::string(header.value.value_or("~"));
  return "missing";
}

const EncodedRecord& firstDeadLetter(const GraphRunner& run) {
  const auto found =
      std::find_if(run.last.outputs.begin(), run.last.outputs.end(),
                   [](const BatchOutput& o) { return o.role == OutputRole::kDeadLetter; });
  LOCKSTEP_CHECK(found != run.last.outputs.end(), "there is a dead letter");
  return found->records->records()[0];
}

}  // namespace

TEST_CASE("the culprit goes to the dead letters wherever it stands in its chunk",
          "[unit][dstream][dead_letter]") {
  struct Row {
    Lines values, good, bad;
  };
  const auto row = GENERATE(values<Row>({
      {{"bad", "a", "b"}, {"~=a", "~=b"}, {"~=bad"}},
      {{"a", "bad", "b"}, {"~=a", "~=b"}, {"~=bad"}},
      {{"a", "b", "bad"}, {"~=a", "~=b"}, {"~=bad"}},
      {{"bad1", "bad2"}, {}, {"~=bad1", "~=bad2"}},
      {{"bad1", "a", "bad2", "b"}, {"~=a", "~=b"}, {"~=bad1", "~=bad2"}},
  }));
  GraphRunner run;
  run.deadLetters();
  auto in = run.stream();
  run.save(in.map(failOnBad, "parse"));
  run.save(in.count(), "counts");
  run.prepare();
  run.feed(row.values);
  run.batch();
  CHECK(run.records() == row.good);
  CHECK(run.records("dlq") == row.bad);
  // The other branch had taken the culprit's chunk already: it is taken back there, too.
  CHECK(run.records("counts", true) == Lines{"~=" + std::to_string(row.good.size())});
  CHECK(run.last.counters.dead_letters.at({"parse", RecordErrorKind::kDecode}) == row.bad.size());
}

TEST_CASE("a dead letter says where it comes from and what happened",
          "[unit][dstream][dead_letter]") {
  GraphRunner run;
  run.deadLetters();
  run.save(run.stream("in", 2).map(failOnBad, "parse"));
  run.prepare();
  const TopicPartition second{"in", Partition{1}};
  run.input.append(second, {"k", "good"});
  run.input.append(second, {"k", "bad", test::at(42), {{"own", "header"}}});
  run.batch();
  const EncodedRecord& letter = firstDeadLetter(run);
  CHECK(letter.key == "k");
  CHECK(letter.value == "bad");
  CHECK(letter.timestamp == test::at(42));
  CHECK(headerOf(letter, "own") == "header");
  CHECK(headerOf(letter, "lockstep.topic") == "in");
  CHECK(headerOf(letter, "lockstep.partition") == "1");
  CHECK(headerOf(letter, "lockstep.offset") == "1");
  CHECK(headerOf(letter, "lockstep.step") == "parse");
  CHECK(headerOf(letter, "lockstep.kind") == "decode");
  CHECK(headerOf(letter, "lockstep.cause") == "cannot read 'bad'");
}

TEST_CASE("a flatMap that fails half-way leaves none of its elements in outputs and shuffles",
          "[unit][dstream][dead_letter]") {
  GraphRunner run;
  run.deadLetters();
  auto letters = run.stream().flatMap<std::string_view>(
      [](const RecordView& r, TaskContext&, Emitter<std::string_view>& emit) {
        // More than a chunk, so that some were passed on before the failure.
        for (int i = 0; i < 2000; ++i) emit(r.value->substr(0, 1));
        if (r.value->ends_with("!")) throw std::runtime_error("no shouting");
      });
  run.save(letters.countByValue());
  run.save(letters, "plain", 3);
  run.prepare();
  run.feed({"a", "b!", "c"});
  run.batch();
  auto counts = run.records("out", true);
  std::sort(counts.begin(), counts.end());
  CHECK(counts == Lines{"a=2000", "c=2000"});
  CHECK(run.records("plain").size() == 4000);
  CHECK(run.records("dlq") == Lines{"~=b!"});
  CHECK(run.last.counters.dead_letters.at({"flatMap 1", RecordErrorKind::kEval}) == 1);
}

TEST_CASE("with stop the batch fails and names record, step and cause",
          "[unit][dstream][dead_letter]") {
  GraphRunner run;
  run.save(run.stream().map(failOnBad, "parse"));
  run.prepare();
  run.feed({"a", "bad"});
  run.run(run.plan());
  REQUIRE_FALSE(run.last.status.ok());
  CHECK(run.last.status.reaction() == Reaction::kFatal);
  CHECK(run.last.status.exitCode() == ExitCode::kData);
  CHECK(run.last.status.info().code == "E301");
  CHECK(run.last.status.message() == "in/0@1: step 'parse' (decode): cannot read 'bad'");
  CHECK(run.last.outputs.empty());
}

TEST_CASE("a record that the broker would refuse takes the produce way",
          "[unit][dstream][dead_letter]") {
  GraphRunner run;
  run.deadLetters();
  run.save(run.stream());
  run.prepare();
  run.services.topics["out"].max_message_bytes = 200;
  run.services.topics["out"].timestamp_after_max = std::chrono::hours(1);
  run.services.topics["dlq"].max_message_bytes = 400;
  const TopicPartition in{"in", Partition{0}};
  run.input.append(in, {"fits", std::string(100, 'v')});
  run.input.append(in, {"large", std::string(1000, 'v')});
  run.input.append(in, {"future", "v", test::at(1'000'000'000)});
  run.batch();
  CHECK(run.records() == Lines{"fits=" + std::string(100, 'v')});
  REQUIRE(run.records("dlq").size() == 2);
  const EncodedRecord& letter = firstDeadLetter(run);
  CHECK(letter.key == "large");
  CHECK(letter.value->size() < 400);
  CHECK(headerOf(letter, "lockstep.cut") == "1000");
  CHECK(headerOf(letter, "lockstep.kind") == "produce");
}

TEST_CASE("dead letters without a key are spread by source partition and keep its order",
          "[unit][dstream][dead_letter]") {
  GraphRunner run;
  run.deadLetters();
  run.save(run.stream("in", 5).map(failOnBad));
  run.addTopic("dlq", 3);
  run.prepare();
  std::map<std::int32_t, Lines> expected;
  for (int partition = 0; partition < 5; ++partition) {
    for (const std::string number : {"1", "2", "3"}) {
      const std::string value = "bad" + std::to_string(partition) + "." + number;
      run.feed({value}, "in", partition);
      expected[partition % 3].push_back(value);
    }
  }
  run.batch();
  std::map<std::int32_t, Lines> letters;
  for (const BatchOutput& output : run.last.outputs) {
    if (output.role != OutputRole::kDeadLetter) continue;
    auto& lines = letters[output.partition.partition.value()];
    for (const EncodedRecord& record : output.records->records()) lines.emplace_back(*record.value);
  }
  CHECK(letters == expected);
}

TEST_CASE("an update function that fails on one key leaves its state and the other keys alone",
          "[unit][dstream][dead_letter]") {
  GraphRunner run;
  run.deadLetters();
  run.save(run.stream()
               .map([](const RecordView& r) {
                 return std::pair{*r.key, *r.value};
               })
               .updateStateByKey(
                   [](std::span<const std::string_view> values, std::optional<std::int64_t> old) {
                     for (const auto& value : values)
                       if (value == "bad") throw std::runtime_error("bad value");
                     return std::optional(old.value_or(0) +
                                          static_cast<std::int64_t>(values.size()));
                   },
                   {.id = "seen", .emit = Emit::kChanged}));
  run.prepare(1);
  const auto put = [&](const std::string& key, const std::string& value) {
    run.input.append({"in", Partition{0}}, {key, value});
  };
  put("a", "x"), put("b", "x");
  run.batch();
  put("a", "bad"), put("b", "x"), put("a", "x");
  run.batch();
  CHECK(run.records("out", true) == Lines{"b=2"});
  CHECK(run.records("dlq") == Lines{"a=~"});
  CHECK(headerOf(firstDeadLetter(run), "lockstep.step") == "seen");
  CHECK(headerOf(firstDeadLetter(run), "lockstep.offset") == "missing");
  CHECK(Serde<std::int64_t>{}.read(run.state->contents("seen").at("a")) == 1);
}
