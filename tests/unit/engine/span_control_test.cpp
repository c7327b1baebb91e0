// Batches that cannot be carried out get smaller: half the span, then half the partitions.
#include "src/engine/span_control.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using Answer = SpanControl::Answer;

namespace {
BatchPlan planOf(std::initializer_list<std::int64_t> spans) {
  BatchPlan plan;
  std::int32_t partition = 0;
  for (const auto span : spans) {
    plan.ranges.push_back({{"in", Partition{partition++}}, Offset{10}, Offset{10 + span}});
  }
  return plan;
}
}  // namespace

TEST_CASE("the third refusal with the same cause halves the span", "[unit][engine][span_control]") {
  SpanControl control;
  CHECK(control.refused(planOf({8, 2}), "TOO_LARGE") == Answer::kAgain);
  CHECK(control.refused(planOf({8, 2}), "TOO_LARGE") == Answer::kAgain);
  CHECK(control.refused(planOf({8, 2}), "TOO_LARGE") == Answer::kSmaller);
  SpanLimits limits;
  control.apply(limits);
  CHECK(limits.per_partition == 4);
}

TEST_CASE("another cause starts the count again", "[unit][engine][span_control]") {
  SpanControl control;
  CHECK(control.refused(planOf({8}), "A") == Answer::kAgain);
  CHECK(control.refused(planOf({8}), "A") == Answer::kAgain);
  CHECK(control.refused(planOf({8}), "B") == Answer::kAgain);
  CHECK(control.refused(planOf({8}), "A") == Answer::kAgain);
}

TEST_CASE("single offsets are followed by half the partitions, down to one",
          "[unit][engine][span_control]") {
  SpanControl control;
  REQUIRE(control.halve(planOf({1, 1, 1, 0})));
  SpanLimits limits;
  control.apply(limits);
  CHECK(limits.partitions == 1u);
  CHECK_FALSE(control.halve(planOf({1, 0, 0, 0})));
  CHECK_FALSE(control.halve(planOf({0, 0})));
}

TEST_CASE("limits double again after each commit and never loosen others",
          "[unit][engine][span_control]") {
  SpanControl control;
  REQUIRE(control.halve(planOf({100})));
  control.committed();
  SpanLimits limits;
  limits.per_partition = 70;
  control.apply(limits);
  CHECK(limits.per_partition == 70);  // 100 is looser
  for (int i = 0; i < 40; ++i) control.committed();
  CHECK_FALSE(control.halved());
}
