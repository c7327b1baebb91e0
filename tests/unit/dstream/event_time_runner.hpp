#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/assign_timestamps.hpp>

#include "tests/unit/dstream/window_runner.hpp"

namespace lockstep::test {

using Pair = std::pair<std::string, std::int64_t>;

/// Runs graphs over records (key, number) with a timestamp; batches at 1 s, 2 s and so on, but
/// event times are far from them.
class EventTimeRunner : public WindowRunner {
 public:
  using WindowRunner::WindowRunner;

  EventTimeDStream<Pair> timed(const WatermarkOptions& options, int partitions = 1) {
    return stream("in", partitions).withWatermark(options).map([](const RecordView& r) {
      return Pair(r.key.value_or(""), std::stoll(std::string(*r.value)));
    });
  }
  EventTimeRunner& at(std::int64_t ms, const std::string& key, std::int64_t value = 1,
                      int partition = 0) {
    InputRecord record{key, std::to_string(value)};
    record.timestamp = EventTime(std::chrono::milliseconds(ms));
    input.append({"in", Partition{partition}}, std::move(record));
    return *this;
  }
  /// Saves "key start-end value".
  template <class K, class V>
  void showWindows(const DStream<std::pair<K, Windowed<V>>>& windows) {
    show(windows.map([](const std::pair<K, Windowed<V>>& pair) {
      std::string text;
      appendText(text, pair.first);
      return text + spanOf(pair.second);
    }));
  }
  template <class V>
  void showWindows(const DStream<Windowed<V>>& windows) {
    show(windows.map([](const Windowed<V>& window) { return spanOf(window); }));
  }
  /// Runs the next batch.
  Lines next() { return batchAt(static_cast<int>(++batches_)); }
  /// The plan of the next batch, which flushes.
  Lines flush() {
    BatchPlan plan = planAt(static_cast<int>(++batches_));
    plan.flushes = true;
    return batchOf(plan);
  }
  void skip(int batches) { batches_ += static_cast<std::uint64_t>(batches); }

 private:
  template <class V>
  static std::string spanOf(const Windowed<V>& window) {
    std::string text = " " + std::to_string(window.start.time_since_epoch().count()) + "-" +
                       std::to_string(window.end.time_since_epoch().count()) + " ";
    appendText(text, window.value);
    return text;
  }
  std::uint64_t batches_ = 0;
};

}  // namespace lockstep::test
