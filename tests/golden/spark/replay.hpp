#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/graph_runner.hpp"

namespace lockstep::golden {

using Json = nlohmann::json;

inline Json toJson(std::int64_t value) { return value; }
inline Json toJson(const std::string& text) { return text; }
template <class T>
Json toJson(const std::vector<T>& values);
template <class T>
Json toJson(const std::optional<T>& value);
template <class A, class B>
Json toJson(const std::pair<A, B>& pair) {
  return Json::array({toJson(pair.first), toJson(pair.second)});
}
template <class T>
Json toJson(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(toJson(value));
  return list;
}
template <class T>
Json toJson(const std::optional<T>& value) {
  return value ? toJson(*value) : Json();
}

/// One case of data/ on Lockstep's graph: its inputs as typed streams, its outputs as JSON. Batches
/// are a second apart, the first at 1 s; each reads one entry of every input.
class Replay {
 public:
  using Number = DStream<std::int64_t>;
  using Pairs = DStream<std::pair<std::string_view, std::int64_t>>;
  using MaybePairs = DStream<std::pair<std::string_view, std::optional<std::int64_t>>>;

  /// `data`: the content of a case's file.
  explicit Replay(const Json& data) : data_(data), partitions_(data.at("partitions").get<int>()) {}

  Number numbers(const std::string& name = "a") {
    return stream(name).map([](const RecordView& r) { return number(*r.value); });
  }
  DStream<std::string_view> texts(const std::string& name = "a") {
    return stream(name).map([](const RecordView& r) { return *r.value; });
  }
  Pairs pairs(const std::string& name = "a") {
    return stream(name).map([](const RecordView& r) {
      return std::pair<std::string_view, std::int64_t>(*r.key, number(*r.value));
    });
  }
  MaybePairs maybes(const std::string& name = "a") {
    return stream(name).map([](const RecordView& r) {
      using Maybe = std::optional<std::int64_t>;
      return std::pair<std::string_view, Maybe>(*r.key,
                                                r.value ? Maybe(number(*r.value)) : Maybe());
    });
  }

  /// `stream` is the case's output `name`.
  template <class T>
  void show(const std::string& name, const DStream<T>& stream) {
    Json& shown = shown_[name];
    stream.foreachRDD([&shown](const CollectedRdd<T>& rdd, BatchTime time) {
      const auto batch = static_cast<std::size_t>(time.time_since_epoch().count() / 1000 - 1);
      shown[batch] = toJson(rdd.collect());
    });
  }

  /// Runs all batches and compares what came with the data.
  void run();
  /// What is said against the graph.
  [[nodiscard]] std::string refusal() const;

 private:
  static std::int64_t number(std::string_view text) { return std::stoll(std::string(text)); }
  DStream<RecordView> stream(const std::string& name) { return runner_.stream(name, partitions_); }
  void feed(std::size_t batch);

  const Json& data_;
  const int partitions_;
  std::map<std::string, Json> shown_;  ///< by output, an array with one entry per batch
  test::GraphRunner runner_;
};

/// What a case builds, by the name of its file.
using Cases = std::map<std::string, std::function<void(Replay&)>>;

[[nodiscard]] Cases batchCases();
[[nodiscard]] Cases twoStreamCases();
[[nodiscard]] Cases stateCases();
[[nodiscard]] Cases windowCases();

}  // namespace lockstep::golden
