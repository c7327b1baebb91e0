// The positions record: what is encoded comes back, and nothing else is believed.
#include <lockstep/model/checkpoint_positions.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {
CheckpointPositions example() {
  CheckpointPositions positions;
  positions.application = "app";
  positions.batch = BatchId{12};
  positions.inputs = {{{"in", Partition{3}}, Offset{1234567890123}}};
  positions.changelogs = {{{"app-changelog-counts", Partition{1}}, Offset{77}, "topic-id", 5}};
  positions.operators = {{"counts", 4, "updateStateByKey", "string", "long", "sum"}};
  positions.applied = WallTime(std::chrono::milliseconds(1'700'000'000'123));
  return positions;
}
}  // namespace

TEST_CASE("positions come back as they were encoded", "[unit][checkpoint][positions]") {
  const auto decoded = decodeCheckpointPositions(encode(example()));
  REQUIRE(decoded.ok());
  CHECK(*decoded == example());
}

TEST_CASE("one wrong byte anywhere makes positions unreadable", "[unit][checkpoint][positions]") {
  const auto text = encode(example());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto wrong = text;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    CHECK_FALSE(decodeCheckpointPositions(wrong).ok());
    CHECK_FALSE(decodeCheckpointPositions(text.substr(0, i)).ok());
  }
}
