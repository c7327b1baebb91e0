// Application, killed: wherever it dies, the next life makes the output whole, each record once.
#include "src/runtime/application.hpp"

#include <map>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/runtime/world.hpp"

using namespace lockstep;
using namespace lockstep::test;
using memory::RequestKind;
using Lines = std::vector<std::string>;
using Offsets = std::vector<std::int64_t>;

TEST_CASE("killed at any request, the next life's output is whole and without a double",
          "[unit][runtime][application][crash]") {
  const auto cut = GENERATE(Cut::kRequest, Cut::kReply);
  const bool with_folder = GENERATE(false, true);
  CAPTURE(with_folder);
  const Lines expected = undisturbed();
  std::optional<TempFolder> folder;
  const auto options = [&] {
    folder.emplace();
    return ProcessOptions{.state_dir =
                              with_folder ? std::optional(folder->path().string()) : std::nullopt};
  };
  const auto check = [&](World& world) {
    CHECK(world.counts() == expected);
    CHECK(world.committed() == Offsets{3, 3});
  };
  CHECK(killedAtEachRequest(cut, {options, check}) > 14);  // init, claim, two batches
}

TEST_CASE("killed twice in a row, at any request of the second start too, nothing is doubled",
          "[unit][runtime][application][crash]") {
  const Lines expected = undisturbed();
  for (int request = 1; request <= 8; ++request) {
    CAPTURE(request);
    World world;
    world.feedVerses();
    for (const int at : {12, request}) {
      world.cutAt(at, Cut::kReply);
      Process process(world, {});
      process.dieWhenCut();
      CHECK_FALSE(process.run().has_value());
      world.repair();
    }
    CHECK(exitOf(Process(world, {}).run()) == ExitCode::kOk);
    CHECK(world.counts() == expected);
  }
}

TEST_CASE("lost replies are asked for again, and have one effect",
          "[unit][runtime][application][crash]") {
  const auto kind =
      GENERATE(RequestKind::kInitProducerId, RequestKind::kAddPartitionsToTxn,
               RequestKind::kProduce, RequestKind::kAddOffsetsToTxn, RequestKind::kTxnOffsetCommit,
               RequestKind::kEndTxn, RequestKind::kFetch, RequestKind::kListOffsets,
               RequestKind::kOffsetFetch, RequestKind::kDescribeTopics, RequestKind::kCreateTopics);
  CAPTURE(toString(kind));
  World world;
  world.feedVerses();
  world.loseReplies(kind, 3);
  CHECK(exitOf(Process(world, {}).run()) == ExitCode::kOk);
  CHECK(world.counts() == undisturbed());
}

namespace {

/// What a word's last count says, by word.
std::map<std::string, std::int64_t> lastCounts(const Lines& lines) {
  std::map<std::string, std::int64_t> last;
  for (const auto& line : lines) {
    const auto equals = line.find('=');
    last[line.substr(0, equals)] = std::stoll(line.substr(equals + 1));
  }
  return last;
}

}  // namespace

TEST_CASE("without transactions, killed at any request, nothing is lost",
          "[unit][runtime][application][crash]") {
  const auto cut = GENERATE(Cut::kRequest, Cut::kReply);
  const auto expected = lastCounts(undisturbed());
  int doubled = 0;
  std::optional<TempFolder> folder;
  const auto options = [&] {
    folder.emplace();
    return ProcessOptions{.state_dir = folder->path().string(),
                          .guarantee = Guarantee::kAtLeastOnce};
  };
  const auto check = [&](World& world) {
    const auto found = lastCounts(world.counts());
    for (const auto& [word, count] : expected) {
      CAPTURE(word);
      REQUIRE(found.contains(word));
      CHECK(found.at(word) >= count);
      if (found.at(word) > count) ++doubled;
    }
    CHECK(world.committed() == Offsets{3, 3});
  };
  CHECK(killedAtEachRequest(cut, {options, check}) > 7);  // init, claim, two batches
  CHECK(doubled > 0);                                     // it is not exactly once, after all
}

TEST_CASE("without transactions, lost replies are asked for again, and have one effect",
          "[unit][runtime][application][crash]") {
  const auto kind = GENERATE(RequestKind::kInitProducerId, RequestKind::kProduce,
                             RequestKind::kOffsetCommit, RequestKind::kOffsetFetch);
  CAPTURE(toString(kind));
  World world;
  world.feedVerses();
  world.loseReplies(kind, 3);
  CHECK(exitOf(Process(world, {.guarantee = Guarantee::kAtLeastOnce}).run()) == ExitCode::kOk);
  CHECK(world.counts() == undisturbed());
}
