#include <lockstep/dstream/remember.hpp>

namespace lockstep::detail {
namespace {

constexpr std::int64_t kSliceTimesMax = 100'000;

Status noSlice(std::string message, std::string help) {
  return Status::fatal(ExitCode::kConfiguration, "E072", std::move(message), std::move(help));
}

std::string inMs(BatchTime time) { return std::to_string(time.time_since_epoch().count()) + " ms"; }

}  // namespace

SliceTimes::SliceTimes(BatchTime from, BatchTime to, std::chrono::milliseconds slide) {
  // Times at or before 0 are left out: where division rounds up does not matter.
  const std::int64_t last = to.time_since_epoch() / slide;
  const std::int64_t begin = std::max<std::int64_t>(from.time_since_epoch() / slide, 1);
  first = BatchTime(begin * slide);
  count = std::max<std::int64_t>(last - begin + 1, 0);
}

Status SliceTimes::check(BatchTime oldest, std::optional<BatchTime> newest) const {
  if (count > kSliceTimesMax)
    return noSlice("a slice of " + std::to_string(count) + " times: at most " +
                       std::to_string(kSliceTimesMax) + " can be given at once",
                   "ask for a shorter time");
  const std::string lenient = "; snapshot() of what remember() returned gives what there is";
  if (!newest)
    return noSlice("a slice from " + inMs(first) + ": no batch was committed since the start",
                   "ask again after the first batch" + lenient);
  if (first < oldest)
    return noSlice("a slice from " + inMs(first) + ": remembered are the batches from " +
                       inMs(oldest) + " to " + inMs(*newest),
                   "ask for later times, or let remember() keep more; what an earlier process "
                   "committed is not remembered" +
                       lenient);
  return {};
}

Status sliceOfNothing(const std::string& step) {
  return noSlice("a slice of '" + step + "', which nothing remembers",
                 "call remember(stream, duration) before start()");
}

}  // namespace lockstep::detail
