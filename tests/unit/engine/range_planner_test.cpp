// Ranges: everything up to the ends, clamped by limits and shared out by lag.
#include "src/engine/range_planner.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {
const std::vector<PartitionOffset> kPositions{{{"in", Partition{0}}, Offset{100}},
                                              {{"in", Partition{1}}, Offset{0}},
                                              {{"in", Partition{2}}, Offset{7}}};
std::vector<std::int64_t> spans(const PlannedRanges& planned) {
  std::vector<std::int64_t> spans;
  for (const auto& range : planned.ranges) spans.push_back(range.span());
  return spans;
}
using Spans = std::vector<std::int64_t>;
const std::vector<Offset> kEnds{Offset{400}, Offset{100}, Offset{7}};
}  // namespace

TEST_CASE("without limits ranges reach the ends, empty ones too", "[unit][engine][range_planner]") {
  const auto planned = planRanges(kPositions, kEnds, {});
  CHECK(spans(planned) == Spans{300, 100, 0});
  CHECK(planned.ranges[0].from == Offset{100});
  CHECK(planned.span == 400);
  CHECK_FALSE(planned.clamped);
}

TEST_CASE("a total is shared out by lag", "[unit][engine][range_planner]") {
  const auto planned =
      planRanges(kPositions, kEnds, {.total = 40, .per_partition = {}, .partitions = {}});
  CHECK(spans(planned) == Spans{30, 10, 0});
  CHECK(planned.clamped);
}

TEST_CASE("every partition with lag moves on, however small the total",
          "[unit][engine][range_planner]") {
  const auto planned =
      planRanges(kPositions, kEnds, {.total = 1, .per_partition = {}, .partitions = {}});
  CHECK(spans(planned) == Spans{1, 1, 0});
}

TEST_CASE("a bound of one range cuts only longer ones", "[unit][engine][range_planner]") {
  const auto planned =
      planRanges(kPositions, kEnds, {.total = {}, .per_partition = 100, .partitions = {}});
  CHECK(spans(planned) == Spans{100, 100, 0});
  CHECK(planned.clamped);
}

TEST_CASE("a bound of partitions empties the ranges behind it", "[unit][engine][range_planner]") {
  const auto planned =
      planRanges(kPositions, kEnds, {.total = {}, .per_partition = {}, .partitions = 1});
  CHECK(spans(planned) == Spans{300, 0, 0});
  CHECK(planned.clamped);
}

TEST_CASE("an end below the position gives an empty range", "[unit][engine][range_planner]") {
  const auto planned = planRanges(kPositions, std::vector{Offset{99}, Offset{0}, Offset{7}}, {});
  CHECK(spans(planned) == Spans{0, 0, 0});
  CHECK_FALSE(planned.clamped);
}

TEST_CASE("lags near the largest offset do not overflow", "[unit][engine][range_planner]") {
  const std::vector<PartitionOffset> positions{{{"in", Partition{0}}, Offset{0}}};
  const std::vector<Offset> ends{Offset{std::int64_t{1} << 61}};
  const auto planned = planRanges(
      positions, ends, {.total = std::int64_t{1} << 40, .per_partition = {}, .partitions = {}});
  CHECK(spans(planned) == Spans{std::int64_t{1} << 40});
}

TEST_CASE("partitions that end behind their range are added once, in order",
          "[unit][engine][range_planner]") {
  const auto planned =
      planRanges(kPositions, kEnds, {.total = {}, .per_partition = 50, .partitions = {}});
  std::vector<TopicPartition> behind{{"in", Partition{1}}, {"on", Partition{0}}};
  addBehind(behind, planned.ranges, kEnds);
  CHECK(behind == std::vector<TopicPartition>{
                      {"in", Partition{0}}, {"in", Partition{1}}, {"on", Partition{0}}});
}
