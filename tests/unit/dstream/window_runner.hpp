#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/graph_runner.hpp"

namespace lockstep::test {

using Lines = std::vector<std::string>;

[[nodiscard]] inline std::chrono::milliseconds sec(int seconds) {
  return std::chrono::milliseconds(1000 * seconds);
}

/// Runs a graph in batches of 1 s, the first at 1 s, as a Spark context with a manual clock does.
/// Records are (key, number); the stream under test is saved to "out".
class WindowRunner : public GraphRunner {
 public:
  using GraphRunner::GraphRunner;

  DStream<std::pair<std::string, std::int64_t>> pairs() {
    return stream().map([](const RecordView& r) {
      return std::pair<std::string, std::int64_t>(r.key.value_or(""),
                                                  std::stoll(std::string(*r.value)));
    });
  }
  DStream<std::int64_t> numbers() {
    return stream().map([](const RecordView& r) {
      return static_cast<std::int64_t>(std::stoll(std::string(*r.value)));
    });
  }
  /// Saves "key=value", or the value alone, as text.
  template <class T>
  void show(const DStream<T>& stream) {
    save(stream.map([](const T& element) {
      std::string text;
      appendText(text, element);
      return std::pair<std::string, std::string>("", text);
    }));
  }
  WindowRunner& put(const std::string& key, std::int64_t value, int partition = 0) {
    input.append({"in", Partition{partition}}, {key, std::to_string(value)});
    return *this;
  }

  /// The plan of a batch at `seconds` with all input that is there. Ticks since the last batch that
  /// had none are merged: closed first.
  [[nodiscard]] BatchPlan planAt(int seconds) {
    BatchPlan next = plan();
    next.time = at(1000 * seconds);
    next.closed_before = closed_;
    if (closed_ < next.time - sec(1)) next.closes_first = {next.time - sec(1)};
    return next;
  }
  /// Runs and commits it; gives what "out" got.
  Lines batchAt(int seconds) { return batchOf(planAt(seconds)); }
  /// The same in any order of keys.
  Lines sortedAt(int seconds) {
    Lines lines = batchAt(seconds);
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  Lines batchOf(const BatchPlan& next) {
    batch(next);
    closed_ = next.closes_own_tick        ? next.time
              : next.closes_first.empty() ? next.closed_before
                                          : next.closes_first.back();
    return shown();
  }
  [[nodiscard]] Lines shown() const {
    Lines lines = records();
    for (std::string& line : lines) line.erase(0, 1);
    return lines;
  }
  /// Batch times of what "out" got, in ms.
  [[nodiscard]] std::vector<std::int64_t> times() const {
    std::vector<std::int64_t> all;
    for (const BatchOutput& output : last.outputs)
      if (output.partition.topic == "out")
        for (const EncodedRecord& record : output.records->records())
          all.push_back(record.timestamp.time_since_epoch().count());
    return all;
  }

 private:
  BatchTime closed_ = at(0);
};

}  // namespace lockstep::test
