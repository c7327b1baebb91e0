// The catch-up bound: the span that recent batches processed in one interval, or with the memory.
#include "src/engine/span_budget.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using std::chrono::milliseconds;

namespace {
constexpr std::uint64_t kMuch = 1'000'000'000;
}

TEST_CASE("at first 10,000 offsets per partition", "[unit][engine][span_budget]") {
  CHECK(SpanBudget(milliseconds(500), kMuch).offsets(4) == 40'000);
}

TEST_CASE("the bound at most doubles from batch to batch", "[unit][engine][span_budget]") {
  SpanBudget budget(milliseconds(500), kMuch);
  budget.learn({10'000, milliseconds(1), 0}, true, 1);
  CHECK(budget.offsets(1) == 20'000);
  budget.learn({20'000, milliseconds(2), 0}, true, 1);
  CHECK(budget.offsets(1) == 40'000);
}

TEST_CASE("slow batches lower the bound to what fits, never below 2,000 per partition",
          "[unit][engine][span_budget]") {
  SpanBudget budget(milliseconds(500), kMuch);
  budget.learn({10'000, milliseconds(1'000), 0}, true, 1);
  CHECK(budget.offsets(1) == 5'000);
  for (int i = 0; i < 4; ++i) budget.learn({5'000, milliseconds(60'000), 0}, true, 1);
  CHECK(budget.offsets(1) == 2'000);
  CHECK(budget.offsets(3) == 6'000);
}

TEST_CASE("a small batch that took little time lowers nothing", "[unit][engine][span_budget]") {
  SpanBudget budget(milliseconds(500), kMuch);
  budget.learn({3, milliseconds(5), 0}, false, 1);
  CHECK(budget.offsets(1) == 10'000);
  budget.learn({0, milliseconds(5), 0}, true, 1);
  CHECK(budget.offsets(1) == 10'000);
}

TEST_CASE("the bound follows the mean of recent batches, not the last one alone",
          "[unit][engine][span_budget]") {
  SpanBudget budget(milliseconds(500), kMuch);
  for (int i = 0; i < 4; ++i) budget.learn({10'000, milliseconds(500), 0}, true, 1);
  budget.learn({10'000, milliseconds(1'500), 0}, true, 1);
  CHECK(budget.offsets(1) == 6'666);  // 40,000 offsets in 3 s
}

TEST_CASE("output that fills its memory lowers the bound to what the memory holds",
          "[unit][engine][span_budget]") {
  SpanBudget budget(milliseconds(500), 1'000'000);
  budget.learn({10'000, milliseconds(100), 2'000'000}, false, 1);
  CHECK(budget.offsets(1) == 5'000);  // 200 bytes for an offset
  budget.learn({5'000, milliseconds(50), 100'000}, true, 1);
  CHECK(budget.offsets(1) == 7'142);  // 15,000 offsets made 2.1 MB
}

TEST_CASE("a batch without output is bounded by time alone", "[unit][engine][span_budget]") {
  SpanBudget budget(milliseconds(500), 1'000);
  budget.learn({10'000, milliseconds(250), 0}, true, 1);
  CHECK(budget.offsets(1) == 20'000);
}
