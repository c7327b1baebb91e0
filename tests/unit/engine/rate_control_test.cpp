// Rates: Spark's maxRatePerPartition and its PID controller.
#include "src/engine/rate_control.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

RateOptions pid(double proportional, double integral, double derived, double min_rate) {
  RateOptions options;
  options.backpressure = RateOptions::Pid{proportional, integral, derived, min_rate};
  return options;
}

/// A controller with a batch interval of 20 ms that has seen a first batch of `rate` a second.
RateControl after(RateOptions options, std::int64_t rate) {
  RateControl control(options, milliseconds(20));
  control.learn(Instant(seconds(1)), rate, seconds(1), {});
  return control;
}

}  // namespace

TEST_CASE("without options nothing is limited", "[unit][engine][rate]") {
  RateControl control({}, milliseconds(500));
  control.learn(Instant(seconds(1)), 100, seconds(1), {});
  control.learn(Instant(seconds(2)), 100, seconds(1), {});
  SpanLimits limits;
  control.apply(limits, 2);
  CHECK_FALSE(control.limits());
  CHECK_FALSE(limits.total);
  CHECK_FALSE(limits.per_partition);
}

TEST_CASE("a rate per partition is one interval's worth, at least one offset",
          "[unit][engine][rate]") {
  RateOptions options;
  options.max_per_partition = 10;
  SpanLimits limits;
  RateControl(options, milliseconds(500)).apply(limits, 3);
  CHECK(limits.per_partition == 5);
  RateControl(options, milliseconds(50)).apply(limits, 3);
  CHECK(limits.per_partition == 1);
}

TEST_CASE("the initial rate holds until the second batch", "[unit][engine][rate]") {
  auto options = pid(1, 0, 0, 10);
  options.initial = 1'000;
  RateControl control(options, milliseconds(500));
  SpanLimits limits;
  control.apply(limits, 2);
  CHECK(limits.total == 500);
  control.learn(Instant(seconds(1)), 200, seconds(1), {});
  CHECK(control.rate() == 1'000);
  control.learn(Instant(seconds(2)), 400, seconds(1), {});
  CHECK(control.rate() == 400);
}

// The next four cases are those of Spark's PIDRateEstimatorSuite.

TEST_CASE("the first batch gives no estimate", "[unit][engine][rate]") {
  CHECK_FALSE(after(pid(1, 1, 0, 10), 100).rate());
}

TEST_CASE("a late or empty batch tells nothing", "[unit][engine][rate]") {
  auto control = after(pid(1, 1, 0, 10), 100);
  control.learn(Instant(milliseconds(500)), 50, seconds(1), {});
  control.learn(Instant(seconds(2)), 0, seconds(1), {});
  control.learn(Instant(seconds(2)), 50, {}, {});
  CHECK_FALSE(control.rate());
}

TEST_CASE("without an error and delay the rate stays", "[unit][engine][rate]") {
  auto control = after(pid(1, 1, 0, 10), 1'000);
  for (int i = 1; i <= 50; ++i) {
    control.learn(Instant(milliseconds(1'000 + 20 * i)), 20, milliseconds(20), {});
    CHECK(control.rate() == Approx(1'000));
  }
}

TEST_CASE("batches that wait lower the rate, down to its least", "[unit][engine][rate]") {
  auto control = after(pid(1, 1, 0, 10), 1'000);
  control.learn(Instant(milliseconds(1'020)), 20, milliseconds(20), milliseconds(1));
  CHECK(control.rate() == Approx(950));  // 1 ms at 1,000 a second is 1 record, per interval: 50/s
  for (int i = 2; i <= 100; ++i)
    control.learn(Instant(milliseconds(1'000 + 20 * i)), 1, milliseconds(20), milliseconds(25));
  CHECK(control.rate() == 10);
}

TEST_CASE("an estimate is shared over all partitions, at least one offset each",
          "[unit][engine][rate]") {
  auto control = after(pid(1, 0, 0, 10), 100);
  control.learn(Instant(milliseconds(2'000)), 50, seconds(1), {});
  SpanLimits limits;
  control.apply(limits, 4);
  CHECK(limits.total == 4);
}
