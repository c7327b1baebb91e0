// Application: each failure ends it with its exit code, and nothing of the batch is committed.
#include "src/runtime/application.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/runtime/world.hpp"

using namespace lockstep;
using namespace lockstep::test;
using Offsets = std::vector<std::int64_t>;

namespace {

void checkEnd(const std::optional<Status>& outcome, ExitCode code, const std::string& error) {
  REQUIRE(outcome.has_value());
  REQUIRE_FALSE(outcome->ok());
  CHECK(outcome->exitCode() == code);
  CHECK(outcome->info().code == error);
  CHECK_FALSE(outcome->info().help.empty());
}

}  // namespace

TEST_CASE("a step that throws stops the application, nothing of the batch is committed",
          "[unit][runtime][application][errors]") {
  World world;
  world.feed(0, "to be");
  world.feed(0, "or");
  world.feed(0, "not");
  const auto broken = [](std::string_view word) {
    if (word == "not") throw std::runtime_error("no such word");
  };
  checkEnd(Process(world, {.on_word = broken}).run(), ExitCode::kData, "E301");
  CHECK(world.committed() == Offsets{2, 0});  // the batch before it stands
  CHECK(world.counts().size() == 3);
  CHECK(exitOf(Process(world, {}).run()) == ExitCode::kOk);
  CHECK(world.counts().size() == 4);
}

TEST_CASE("without a broker the start gives up with a remedy",
          "[unit][runtime][application][errors]") {
  World world;
  world.clock.hurry(true);
  world.cutAt(1, Cut::kRequest);
  static_cast<void>(world.kafka.outputs({.transactional_id = "another", .group = "another"})
                        ->createOutput()
                        .value()
                        ->init(std::chrono::milliseconds(1)));
  REQUIRE(world.isCut());
  checkEnd(Process(world, {}).run(), ExitCode::kUnavailable, "E201");
}

TEST_CASE("a missing input topic is a mistake of the configuration",
          "[unit][runtime][application][errors]") {
  World world;
  checkEnd(Process(world, {.input = "absent"}).run(), ExitCode::kConfiguration, "E211");
}

TEST_CASE("a folder that cannot be made is an error of the disk, before anything is fenced",
          "[unit][runtime][application][errors]") {
  World world;
  checkEnd(Process(world, {.state_dir = "/proc/no/such/folder"}).run(), ExitCode::kDisk, "E703");
  CHECK(world.requests() == 0);
}

TEST_CASE("a record that the broker refuses stops the application without a part of it",
          "[unit][runtime][application][errors]") {
  World world;
  Process process(world, {.until_end = false});
  process.start();
  world.feed(0, "to");
  process.awaitBatches(1);
  world.kafka.admin().configure("counts", "max.message.bytes", "200");  // after it was read
  world.feed(0, std::string(300, 'x'));
  const auto outcome = process.end();
  checkEnd(outcome, ExitCode::kData, "E301");
  CHECK(world.counts().size() == 1);
  CHECK(world.committed() == Offsets{1, 0});
}

TEST_CASE("a broker that goes away is waited for, and the batch happens once",
          "[unit][runtime][application][errors]") {
  const auto request = GENERATE(1, 4, 6, 8, 11, 13);
  const auto cut = GENERATE(Cut::kRequest, Cut::kReply);
  CAPTURE(request, cut == Cut::kReply);
  World world;
  world.feedVerses();
  world.cutAt(request, cut, 5);
  CHECK(exitOf(Process(world, {}).run()) == ExitCode::kOk);
  CHECK(world.requests() > request);
  CHECK(world.counts() == undisturbed());
  CHECK(world.committed() == Offsets{3, 3});
}

TEST_CASE("a planned batch is not run by another graph unless that is accepted",
          "[unit][runtime][application][errors]") {
  World world;
  world.feedVerses();
  const auto fail = [] { throw std::runtime_error("the mail server is away"); };
  CHECK(exitOf(Process(world, {.side_effect = fail}).run()) == ExitCode::kData);
  CHECK(world.counts().empty());  // planned, not committed

  int effects = 0;
  const auto count = [&effects] { ++effects; };
  checkEnd(Process(world, {.side_effect = count, .changed_graph = true}).run(), ExitCode::kData,
           "E215");
  CHECK(effects == 0);

  const ProcessOptions accepting{
      .accept_changed_plan = true, .side_effect = count, .changed_graph = true};
  CHECK(exitOf(Process(world, accepting).run()) == ExitCode::kOk);
  CHECK(effects > 0);
  CHECK(world.counts() == undisturbed());
}
