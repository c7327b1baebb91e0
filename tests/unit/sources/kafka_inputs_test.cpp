// createDirectStream: lists, patterns, one topic in several streams.
#include "tests/support/catch.hpp"
#include "tests/support/error_code.hpp"
#include "tests/support/local_input.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

std::string codeOf(StreamingContext& context, const kafka::DirectStreamOptions& options) {
  return test::codeOf([&] { return kafka::createDirectStream(context, options); });
}

}  // namespace

TEST_CASE("a pattern reads every topic that matches, and one topic serves two streams",
          "[unit][sources][kafka_inputs]") {
  LocalKafka kafka;
  for (const char* topic : {"orders-eu", "orders-us", "lines", "all", "upper", "plain"})
    kafka.createTopic(topic);
  kafka.produce("orders-eu", std::nullopt, "1");
  kafka.produce("orders-us", std::nullopt, "2");
  kafka.produce("lines", std::nullopt, "x");
  StreamingContext context(inputSettings(), kafka);
  const auto value = [](const RecordView& record) { return record.value.value_or(""); };
  kafka::save(kafka::createDirectStream(context, {.pattern = "orders-(eu|us|asia)"}).map(value),
              {.topic = "all"});
  kafka::save(kafka::createDirectStream(context, {.topics = {"lines"}}).map(value),
              {.topic = "plain"});
  kafka::save(kafka::createDirectStream(context, {.topics = {"lines"}})
                  .map([](const RecordView& record) {
                    return std::string(record.value.value_or("")) + "!";
                  })
                  .map([](const std::string& text) { return std::string_view(text); }),
              {.topic = "upper"});
  context.start({.until_end = true});
  REQUIRE(context.awaitTermination() == 0);
  CHECK(valuesIn(kafka, "all") == std::vector<std::string>{"1", "2"});
  CHECK(valuesIn(kafka, "plain") == std::vector<std::string>{"x"});
  CHECK(valuesIn(kafka, "upper") == std::vector<std::string>{"x!"});
}

TEST_CASE("mistakes in what is read are refused where they are made",
          "[unit][sources][kafka_inputs]") {
  LocalKafka kafka;
  StreamingContext context(inputSettings(), kafka);
  CHECK(codeOf(context, {}) == "E009");
  CHECK(codeOf(context, {.topics = {"a"}, .pattern = "b"}) == "E010");
  CHECK(codeOf(context, {.pattern = "orders-("}) == "E021");
  CHECK(codeOf(context, {.pattern = "orders-.*"}) == "no error");
  CHECK(codeOf(context, {.pattern = "orders-.*", .start = StartPosition::kLatest}) == "E017");
  CHECK(codeOf(context, {.topics = {"a"}}) == "no error");
  CHECK(codeOf(context, {.topics = {"a"}, .start = StartPosition::kLatest}) == "E017");
}
