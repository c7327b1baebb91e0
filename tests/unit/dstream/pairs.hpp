#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/formats/text.hpp>

#include "tests/support/graph_runner.hpp"

namespace lockstep::test {

using Lines = std::vector<std::string>;
using NumberPair = std::pair<std::string_view, std::int64_t>;
using TextPair = std::pair<std::string_view, std::optional<std::string_view>>;

/// Streams of (key, number) and of (key, text or null) from a topic.
inline DStream<NumberPair> numberPairs(GraphRunner& run, const std::string& topic = "in",
                                       int partitions = 1) {
  return run.stream(topic, partitions).map([](const RecordView& r) {
    return NumberPair(r.key.value_or(""), std::stoll(std::string(r.value.value_or(""))));
  });
}
inline DStream<TextPair> textPairs(GraphRunner& run, const std::string& topic = "in",
                                   int partitions = 1) {
  return run.stream(topic, partitions).map([](const RecordView& r) {
    return TextPair(r.key.value_or(""), r.value);
  });
}
inline void putPair(GraphRunner& run, const std::string& key, std::optional<std::string> value,
                    const std::string& topic = "in", int partition = 0) {
  run.input.append({topic, Partition{partition}}, {key, std::move(value)});
}

/// Saves elements as print shows them: "(a,1)".
template <class T>
void saveText(GraphRunner& run, const DStream<T>& stream, const std::string& topic = "out") {
  run.save(stream.map([](const T& element) {
    std::string text;
    appendText(text, element);
    return text;
  }),
           topic);
}
/// What saveText() wrote in the last batch.
[[nodiscard]] inline Lines shownLines(const GraphRunner& run, const std::string& topic = "out") {
  Lines lines = run.records(topic);
  for (std::string& line : lines) line.erase(0, 2);  // "~=": no key
  return lines;
}
[[nodiscard]] inline Lines sortedLines(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace lockstep::test
