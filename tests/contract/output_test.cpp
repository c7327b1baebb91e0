// Transactions through the port: atomic, invisible when aborted, fenced, timed out, refused.
#include <array>
#include <random>

#include "tests/contract/script.hpp"

namespace lockstep::test {

TEST_CASE("a commit shows records of all partitions and the offsets together",
          "[contract][output]") {
  Script script;
  const TopicPartition in = script.topic("in", 2);
  const TopicPartition in1{in.topic, Partition(1)};
  const TopicPartition out = script.topic("out", 2);
  const TopicPartition out1{out.topic, Partition(1)};
  auto output = script.initialised();
  REQUIRE(output->begin().ok());
  REQUIRE(script.append(*output, out, {"a", "b"}).ok());
  REQUIRE(script.append(*output, out1, {"c"}).ok());
  REQUIRE(script.append(*output, out, {"d"}).ok());
  CHECK(script.values(out).empty());
  CHECK(script.committed(in) == "-");

  REQUIRE(script.commit(*output, {{in, Offset(5)}, {in1, Offset(0)}}, "batch=1").ok());
  CHECK(script.awaitStable(out) == 4);
  CHECK(script.awaitStable(out1) == 2);
  CHECK(script.values(out) == Values{"a", "b", "d"});
  CHECK(script.values(out1) == Values{"c"});
  CHECK(script.committed(in) == "5 batch=1");
  CHECK(script.committed(in1) == "0 batch=1");
  CHECK_FALSE(output->dirty());
}

namespace {

/// One line per record: key, value, timestamp relative to `now`, headers.
Values described(const std::span<const RecordView> records, WallTime now) {
  Values lines;
  for (const RecordView& record : records) {
    std::string line(record.key.value_or("-"));
    line += "=" + std::string(record.value.value_or("-"));
    line += "@" + std::to_string((record.timestamp - now).count());
    for (const Header& header : record.headers)
      line += " " + std::string(header.key) + ":" + std::string(header.value.value_or("-"));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

TEST_CASE("every record arrives with its own timestamp, key, value and headers",
          "[contract][output]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const TopicPartition out = script.topic("out");
  const WallTime now = script.clock().wallNow();
  const auto at = [now](int ms) { return now + std::chrono::milliseconds(ms); };
  const std::vector<Header> headers{{"h", "1"}, {"null", std::nullopt}};
  std::vector<EncodedRecord> records{{"k", "first", at(-5), {}},
                                     {"k", "b", at(-4000), {}},
                                     {"", "", at(3), {}},
                                     {{}, {}, at(-3), {}},
                                     {"k", "h", at(-2), headers}};
  for (int i = 0; i < 2500; ++i) records.push_back({"many", "m", at(-i), {}});
  auto output = script.initialised();
  for (const int batch : {1, 2}) {  // again, by a producer that has sent before
    std::size_t appended = 0;
    REQUIRE(output->begin().ok());
    REQUIRE(output->append(out, records, Deadline::in(script.clock(), Script::kPatience), appended)
                .ok());
    CHECK(appended == records.size());
    REQUIRE(script.commit(*output, {{in, Offset(batch)}}).ok());
  }
  Values expected{"k=first@-5", "k=b@-4000", "=@3", "-=-@-3", "k=h@-2 h:1 null:-"};
  for (int i = 0; i < 2500; ++i) expected.push_back("many=m@" + std::to_string(-i));
  const Values once = expected;
  expected.insert(expected.end(), once.begin(), once.end());
  const auto reader = script.reader(out);
  const Offset end{script.awaitStable(out)};
  Values seen;
  for (bool complete = false; !complete;) {
    const auto read =
        reader->partition(out).read(end, Deadline::in(script.clock(), Script::kPatience));
    REQUIRE(read.ok());
    complete = read->complete;
    if (read->chunk == nullptr) continue;
    for (auto& line : described(read->chunk->records(), now)) seen.push_back(std::move(line));
  }
  CHECK(seen == expected);
}

TEST_CASE("a transaction may hold offsets alone", "[contract][output]") {
  Script script;
  const TopicPartition in = script.topic("in");
  auto output = script.initialised();
  for (int beat = 1; beat <= 3; ++beat) {
    REQUIRE(output->begin().ok());
    REQUIRE(script.commit(*output, {{in, Offset(4)}}, "beat=" + std::to_string(beat)).ok());
    CHECK(script.committed(in) == "4 beat=" + std::to_string(beat));
  }
}

TEST_CASE("transactions follow each other as fast as the client can", "[contract][output]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const TopicPartition out = script.topic("out");
  auto output = script.initialised();
  Values expected;
  for (int batch = 1; batch <= 10; ++batch) {
    expected.push_back(std::to_string(batch));
    REQUIRE(output->begin().ok());
    REQUIRE(script.append(*output, out, {expected.back()}).ok());
    REQUIRE(script.commit(*output, {{in, Offset(batch)}}, expected.back()).ok());
  }
  CHECK(script.awaitStable(out) == 20);  // each record is followed by its marker
  CHECK(script.values(out) == expected);
  CHECK(script.committed(in) == "10 10");
  CHECK_FALSE(output->dirty());
}

TEST_CASE("an abort shows nothing, moves no offset, and makes the producer dirty",
          "[contract][output]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const TopicPartition out = script.topic("out");
  auto output = script.initialised();
  CHECK(output->abort(Script::kPatience).ok());  // nothing is open
  REQUIRE(output->begin().ok());
  REQUIRE(script.append(*output, out, {"a"}).ok());
  REQUIRE(output->abort(Script::kPatience).ok());
  CHECK(output->dirty());
  output = script.initialised();
  CHECK(script.values(out).empty());
  CHECK(script.committed(in) == "-");
  REQUIRE(output->begin().ok());
  REQUIRE(script.append(*output, out, {"b"}).ok());
  REQUIRE(script.commit(*output, {{in, Offset(1)}}).ok());
  script.awaitStable(out);
  CHECK(script.values(out) == Values{"b"});
}

TEST_CASE("init over an open transaction aborts it", "[contract][output]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const TopicPartition out = script.topic("out");
  auto killed = script.kafka->foreignProducer(script.name("app"));
  killed->begin();
  killed->send(out, records({"lost"}));
  killed->sendOffsets(script.group(), {{in, Offset(9)}});
  CHECK(script.lastStable(out) == 0);
  CHECK(script.highWatermark(out) == 1);

  auto output = script.initialised();
  CHECK(script.committed(in) == "-");
  CHECK(script.lastStable(out) == 2);  // init() returns when the markers are written
  CHECK(script.values(out).empty());
  CHECK(script.values(out, Isolation::kUncommitted) == Values{"lost"});
}

TEST_CASE("a second init fences the first producer", "[contract][output]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const TopicPartition out = script.topic("out");
  auto first = script.initialised();
  const bool idle = GENERATE(true, false);
  INFO((idle ? "the first is between transactions" : "the first has one open"));
  if (!idle) {
    REQUIRE(first->begin().ok());
    REQUIRE(script.append(*first, out, {"old"}).ok());
  }
  auto second = script.initialised();
  if (idle) CHECK(first->begin().ok());  // nobody has told it yet
  const Status status = script.commit(*first, {{in, Offset(1)}});
  REQUIRE_FALSE(status.ok());
  CHECK(status.reaction() == Reaction::kFatal);
  CHECK(script.commit(*first, {{in, Offset(1)}}).reaction() == Reaction::kFatal);
  CHECK(first->abort(Script::kPatience).reaction() == Reaction::kFatal);
  CHECK(first->begin().reaction() == Reaction::kFatal);

  REQUIRE(second->begin().ok());
  REQUIRE(script.append(*second, out, {"new"}).ok());
  REQUIRE(script.commit(*second, {{in, Offset(2)}}, "second").ok());
  script.awaitStable(out);
  CHECK(script.values(out) == Values{"new"});
  CHECK(script.committed(in) == "2 second");
}

TEST_CASE(
    "a transaction that outlives its time-out is aborted by the broker and kills its producer",
    "[contract][output][slow]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const TopicPartition out = script.topic("out");
  auto output = script.initialised(std::chrono::milliseconds(2000));
  REQUIRE(output->begin().ok());
  REQUIRE(script.append(*output, out, {"late"}).ok());
  script.clock().sleep(std::chrono::seconds(13));  // the time-out, and the broker's next look
  CHECK(script.awaitStable(out) == 2);
  const Status status = script.commit(*output, {{in, Offset(1)}});
  REQUIRE_FALSE(status.ok());
  CHECK(status.reaction() == Reaction::kFatal);
  output.reset();
  output = script.initialised();
  CHECK(script.committed(in) == "-");
  CHECK(script.values(out).empty());
}

TEST_CASE("metadata of 4096 bytes comes back, one byte more aborts the transaction",
          "[contract][output]") {
  Script script;
  const TopicPartition in = script.topic("in");
  auto output = script.initialised();
  const std::string longest(4096, 'x');
  REQUIRE(output->begin().ok());
  REQUIRE(script.commit(*output, {{in, Offset(1)}}, longest).ok());
  CHECK(script.committed(in) == "1 " + longest);

  REQUIRE(output->begin().ok());
  const Status status = script.commit(*output, {{in, Offset(2)}}, longest + "x");
  REQUIRE_FALSE(status.ok());
  CHECK(status.reaction() == Reaction::kAbort);
  CHECK(output->abort(Script::kPatience).ok());
  CHECK(script.committed(in) == "1 " + longest);
}

TEST_CASE("a record that the topic refuses aborts the transaction", "[contract][output]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const bool large = GENERATE(true, false);
  INFO((large ? "too large" : "too old"));
  const TopicPartition out =
      large ? script.topic("out", 1, {{"max.message.bytes", "1000"}})
            : script.topic("out", 1, {{"message.timestamp.before.max.ms", "3600000"}});
  auto output = script.initialised();
  REQUIRE(output->begin().ok());
  std::string value(large ? 3000 : 10, 'x');
  std::mt19937 random(7);  // compression must not save it
  for (char& byte : value) byte = static_cast<char>(random());
  const WallTime now = script.clock().wallNow();
  const EncodedRecord record{std::nullopt, value, large ? now : now - std::chrono::hours(24), {}};
  script.checkRefused(*output, out, record, in);
}

}  // namespace lockstep::test
