// Application on the in-process Kafka: it starts, runs, stops, and the next one goes on.
#include "src/runtime/application.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/runtime/world.hpp"

using namespace lockstep;
using namespace lockstep::test;
using memory::RequestKind;
using Lines = std::vector<std::string>;
using Offsets = std::vector<std::int64_t>;

TEST_CASE("an application counts what is there, and ends", "[unit][runtime][application]") {
  const auto threads = GENERATE(1U, 3U);
  World world;
  world.feed(0, "to be");
  world.feed(0, "or not");
  world.feed(0, "to be");
  CHECK(exitOf(Process(world, {.threads = threads}).run()) == ExitCode::kOk);
  auto counts = world.counts();
  REQUIRE(counts.size() == 6);
  std::sort(counts.begin(), counts.begin() + 4);  // of one batch: by shard
  std::sort(counts.begin() + 4, counts.end());
  CHECK(counts == Lines{"be=1", "not=1", "or=1", "to=1", "be=2", "to=2"});
  CHECK(world.committed() == Offsets{3, 0});
}

TEST_CASE("the next life goes on behind what is committed", "[unit][runtime][application]") {
  const bool with_folder = GENERATE(false, true);
  const TempFolder folder;
  const ProcessOptions options{.state_dir = with_folder ? std::optional(folder.path().string())
                                                        : std::nullopt};
  World world;
  world.feed(0, "to be");
  CHECK(exitOf(Process(world, options).run()) == ExitCode::kOk);
  CHECK(exitOf(Process(world, options).run()) == ExitCode::kOk);  // nothing new
  CHECK(world.counts().size() == 2);
  world.feed(1, "be");
  CHECK(exitOf(Process(world, options).run()) == ExitCode::kOk);
  REQUIRE(world.counts().size() == 3);
  CHECK(world.counts().back() == "be=2");
}

TEST_CASE("a stop commits the batch that is under way", "[unit][runtime][application]") {
  World world;
  Signal computing;
  Signal stopped;
  Process process(world, {.until_end = false, .on_word = [&](std::string_view word) {
                            if (word != "be") return;
                            computing.raise();
                            stopped.await();
                          }});
  world.feed(0, "to be");
  process.start();
  computing.await();
  process.stop();
  process.stop();  // once more changes nothing
  stopped.raise();
  CHECK(exitOf(process.end()) == ExitCode::kOk);
  CHECK(world.counts().size() == 2);
  CHECK(world.committed() == Offsets{1, 0});
}

TEST_CASE("a stop waits for the commit that is on its way", "[unit][runtime][application]") {
  World world;
  Process process(world, {.until_end = false});
  process.start();
  world.feed(0, "to be");
  process.awaitBatches(1);
  Signal committing;
  Signal stopped;
  world.hold(RequestKind::kEndTxn, committing, stopped);
  world.feed(0, "or not");
  committing.await();
  process.stop();
  CHECK(world.counts().size() == 2);
  stopped.raise();
  CHECK(exitOf(process.end()) == ExitCode::kOk);
  CHECK(world.counts().size() == 4);
  CHECK(world.committed() == Offsets{2, 0});
}

TEST_CASE("what comes after a stop is the next life's", "[unit][runtime][application]") {
  World world;
  world.feedVerses();
  {
    Process process(world, {.until_end = false});
    process.start();
    process.awaitBatches(1);
    process.stop();
    CHECK(exitOf(process.end()) == ExitCode::kOk);
  }
  CHECK(exitOf(Process(world, {}).run()) == ExitCode::kOk);
  CHECK(world.counts() == undisturbed());
  CHECK(world.committed() == Offsets{3, 3});
}

TEST_CASE("an application stopped before its start touches nothing",
          "[unit][runtime][application]") {
  World world;
  world.feedVerses();
  Process process(world, {});
  process.stop();
  CHECK(exitOf(process.run()) == ExitCode::kOk);
  CHECK(world.requests() == 0);
  CHECK(world.committed() == Offsets{-1, -1});
}

TEST_CASE("a second instance in the same folder leaves the first alone",
          "[unit][runtime][application]") {
  const TempFolder folder;
  World world;
  Process first(world, {.until_end = false, .state_dir = folder.path().string()});
  first.start();
  world.feed(0, "to be");
  first.awaitBatches(1);

  const auto before = world.requests();
  Process second(world, {.state_dir = folder.path().string()});
  const auto refused = second.run();
  CHECK(exitOf(refused) == ExitCode::kOtherOwner);
  CHECK(refused->info().code == "E702");
  CHECK(world.requests() - before <= 6);  // of the first, at most: no init by the second

  world.feed(0, "or not");
  first.awaitBatches(2);
  first.stop();
  CHECK(exitOf(first.end()) == ExitCode::kOk);
  CHECK(world.counts().size() == 4);
}

TEST_CASE("a second instance elsewhere takes over, and the first knows by whom",
          "[unit][runtime][application]") {
  const TempFolder folder;
  const auto first_folder = (folder.path() / "first").string();
  World world;
  Signal computing;
  Signal taken_over;
  Process first(world, {.until_end = false, .state_dir = first_folder, .on_word = [&](auto) {
                          computing.raise();
                          taken_over.await();
                        }});
  first.start();
  world.feed(0, "to be");
  computing.await();

  Process second(world, {.until_end = false, .state_dir = (folder.path() / "second").string()});
  second.start();
  second.awaitBatches(1);
  taken_over.raise();
  CHECK(exitOf(first.end()) == ExitCode::kOtherOwner);
  CHECK(std::filesystem::exists(first_folder + "/other-owner"));
  second.stop();
  CHECK(exitOf(second.end()) == ExitCode::kOk);

  world.feed(0, "to be");
  Process third(world, {.takeover = true, .state_dir = first_folder});
  CHECK(exitOf(third.run()) == ExitCode::kOk);
  CHECK_FALSE(std::filesystem::exists(first_folder + "/other-owner"));
  auto counts = world.counts();
  std::sort(counts.begin(), counts.end());
  CHECK(counts == Lines{"be=1", "be=2", "to=1", "to=2"});
}
