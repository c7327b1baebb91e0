// Which records an expectation of `tests:` takes, member by member.
#include "src/cli/test_check.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::cli;
using config::TestRecord;

namespace {

/// A test of a stream "s" in one batch; what it has seen fits, until a case changes something.
struct CheckFixture {
  CheckFixture() {
    record.key = "k";
    record.value = 1;
    record.timestamp = 5;
    record.headers = {{"h", "x"}};
    seen.streams["s"].batches = {{{"k", 1, 5, {{"other", "y"}, {"h", "x"}}}}};
    letter.step = "step";
    letter.cause = "eval";
    letter.key = "k";
    letter.value = config::TestValue::parse(R"({"a": 1})");
    letter.stream.emplace().text = "in";
    auto& stream = application.streams.emplace_back();
    stream.name.text = "in";
    config::KafkaInput input;
    input.topics.emplace_back().text = "topic";
    stream.source = std::move(input);
    memory::OwnedRecord dead;
    dead.key = "k";
    dead.value = R"({ "a": 1 })";
    dead.headers = {{"lockstep.step", "step"},
                    {"lockstep.kind", "eval"},
                    {"lockstep.cause", "it went wrong"},
                    {"lockstep.topic", "topic"}};
    seen.dead_letters = {dead};
  }

  /// What fails: "s, batch 1", "dead_letters".
  std::string failures() {
    config::TestConfig test;
    config::ExpectedStream stream;
    stream.name.text = "s";
    stream.batches.push_back({{}, ordered, {record}});
    test.streams.push_back(std::move(stream));
    if (expects_letters) test.dead_letters.emplace().push_back(letter);
    std::string all;
    for (const auto& failure : check(application, test, seen)) all += failure.what + "; ";
    return all;
  }

  ShownRecord& shown() { return seen.streams["s"].batches[0][0]; }

  config::ApplicationConfig application;
  TestObservation seen;
  TestRecord record;
  config::ExpectedDeadLetter letter;
  bool ordered = true;
  bool expects_letters = true;
};

}  // namespace

TEST_CASE("an expectation is met", "[unit][cli][test_check]") {
  CheckFixture fixture;
  CHECK(fixture.failures().empty());
  fixture.ordered = false;
  CHECK(fixture.failures().empty());
  fixture.record = {};  // nothing written, nothing compared
  CHECK(fixture.failures().empty());
}

TEST_CASE("each member of a record counts", "[unit][cli][test_check]") {
  CheckFixture fixture;
  SECTION("key") { fixture.record.key = "other"; }
  SECTION("a null key") { fixture.record.key = nullptr; }
  SECTION("value") { fixture.shown().value = 2; }
  SECTION("timestamp") { fixture.shown().timestamp = 6; }
  SECTION("partition") {
    fixture.record.partition = 3;
    fixture.shown().partition = 2;
  }
  SECTION("header") { fixture.shown().headers = {{"h", "y"}}; }
  SECTION("a header that is missing") { fixture.shown().headers.clear(); }
  SECTION("a header that is null") { fixture.shown().headers = {{"h", std::nullopt}}; }
  CHECK(fixture.failures() == "s, batch 1; ");
}

TEST_CASE("each member of a dead letter counts", "[unit][cli][test_check]") {
  CheckFixture fixture;
  auto& found = fixture.seen.dead_letters[0];
  SECTION("key") { fixture.letter.key = "other"; }
  SECTION("value") { found.value = R"({ "a": 2 })"; }
  SECTION("a null value") { found.value.reset(); }
  SECTION("step") { found.headers[0].second = "other"; }
  SECTION("kind, and the cause does not have the word") { found.headers[1].second = "decode"; }
  SECTION("topic") { found.headers[3].second = "other"; }
  SECTION("number") { fixture.seen.dead_letters.push_back(found); }
  SECTION("that nobody expects") { fixture.expects_letters = false; }
  CHECK(fixture.failures() == "dead_letters; ");
}

TEST_CASE("a part of a dead letter's cause is enough", "[unit][cli][test_check]") {
  CheckFixture fixture;
  fixture.letter.cause = "went";
  CHECK(fixture.failures().empty());
}

TEST_CASE("more than what is expected is a failure, in its own batch", "[unit][cli][test_check]") {
  CheckFixture fixture;
  fixture.seen.streams["s"].batches.push_back({fixture.shown()});
  CHECK(fixture.failures() == "s, batch 2, of which nothing is expected; ");
}

TEST_CASE("an application that stopped fails its test", "[unit][cli][test_check]") {
  CheckFixture fixture;
  fixture.seen.status = Status::fatal(ExitCode::kData, "E301", "a bad record", "correct it");
  CHECK(fixture.failures().find("the application stopped: error[E301]: a bad record") == 0);
}
