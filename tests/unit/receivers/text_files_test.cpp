// textFileStream: from a folder to a topic, each line once.
#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/local_input.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

using Texts = std::vector<std::string>;

void add(const TempFolder& folder, const std::string& name, const std::string& text) {
  const auto hidden = folder.path() / ("." + name);
  std::ofstream(hidden, std::ios::binary) << text;
  std::filesystem::rename(hidden, folder.path() / name);
}

/// One life that copies the folder's lines to "out".
std::unique_ptr<StreamingContext> life(LocalKafka& kafka, const std::string& dir,
                                       std::vector<std::pair<std::string, std::string>> more = {}) {
  auto context = std::make_unique<StreamingContext>(inputSettings({}, std::move(more)), kafka);
  kafka::save(textFileStream(*context, dir, {.id = "lines", .poll = std::chrono::milliseconds(5)}),
              {.topic = "out"});
  return context;
}

void untilEnd(LocalKafka& kafka, const std::string& dir) {
  auto context = life(kafka, dir);
  context->start({.until_end = true});
  REQUIRE(context->awaitTermination() == 0);
}

}  // namespace

TEST_CASE("files that are there belong to the end, and are read once in all lives",
          "[unit][receivers][text_files]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  const TempFolder folder;
  add(folder, "a", "1\n2\n");
  add(folder, "b", "3");
  untilEnd(kafka, folder.path().string());
  CHECK(valuesIn(kafka, "out") == Texts{"1", "2", "3"});
  untilEnd(kafka, folder.path().string());
  add(folder, "c", "4\n");
  untilEnd(kafka, folder.path().string());
  CHECK(valuesIn(kafka, "out") == Texts{"1", "2", "3", "4"});
}

TEST_CASE("new files are read while the application runs", "[unit][receivers][text_files]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  const TempFolder folder;
  auto context = life(kafka, folder.path().string());
  context->start();
  for (int i = 0; i < 3; ++i) {
    add(folder, "f" + std::to_string(i), std::to_string(i) + "\n");
    await("the file's line",
          [&] { return kafka.read("out").size() == static_cast<std::size_t>(i + 1); });
  }
  context->stop();
  CHECK(valuesIn(kafka, "out") == Texts{"0", "1", "2"});
}

TEST_CASE("fileStream has the file's name as key", "[unit][receivers][text_files]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  const TempFolder folder;
  add(folder, "a.txt", "1\n");
  StreamingContext context(inputSettings(), kafka);
  kafka::save(fileStream(context, folder.path().string()), {.topic = "out"});
  context.start({.until_end = true});
  REQUIRE(context.awaitTermination() == 0);
  REQUIRE(kafka.read("out").size() == 1);
  CHECK(kafka.read("out")[0].key == "a.txt");
}

TEST_CASE("a line that is too long goes the way of bad records", "[unit][receivers][text_files]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  kafka.createTopic("bad");
  const TempFolder folder;
  add(folder, "a", std::string(1'000'000, 'x') + "\nend\n");
  SECTION("dead letter") {
    auto context = life(kafka, folder.path().string(),
                        {{"errors.decode", "dead_letter"}, {"errors.dead_letter_topic", "bad"}});
    context->start({.until_end = true});
    REQUIRE(context->awaitTermination() == 0);
    CHECK(valuesIn(kafka, "out") == Texts{"end"});
    CHECK(kafka.read("bad").size() == 1);
  }
  SECTION("stop") {
    auto context = life(kafka, folder.path().string());
    context->start({.until_end = true});
    try {
      context->awaitTermination();
      FAIL("it ended without an error");
    } catch (const Error& error) {
      CHECK(error.code() == "E301");
    }
  }
}

TEST_CASE("a folder that is not there is told before anything starts",
          "[unit][receivers][text_files]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  auto context = life(kafka, "/nowhere/at/all");
  context->start();
  try {
    context->awaitTermination();
    FAIL("it ended without an error");
  } catch (const Error& error) {
    CHECK(error.code() == "E261");
    CHECK(error.exitCode() == 66);
  }
}
