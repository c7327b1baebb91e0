#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "src/config/loader.hpp"
#include "src/pipeline/pipeline_builder.hpp"
#include "tests/support/graph_runner.hpp"

namespace lockstep::test {

using Lines = std::vector<std::string>;

[[nodiscard]] inline Lines sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// A file with one stream `in` of `key: string, value: FORMAT`, the steps, and one output `out` of
/// JSON keys and values, so that "a"=1.0 tells text from numbers and floats from integers.
struct PipelineText {
  std::string steps;
  std::string value = "string";
  std::string more = {};     ///< further settings
  std::string streams = {};  ///< further streams
  std::string from = "in";   ///< what the output shows

  [[nodiscard]] std::string yaml() const {
    return "application: app\n"
           "kafka: { bootstrap: b:9092 }\n"
           "state: { dir: s }\n" +
           more +
           "streams:\n"
           "  in:\n"
           "    kafka: { topics: [in], key: string, value: " +
           value + " }\n" + (steps.empty() ? "" : "    steps:\n" + steps) + streams +
           "outputs: [ { from: " + from + ", kafka: { topic: out, key: json, value: json } } ]\n";
  }
};

/// Builds a pipeline from its text and runs it batch by batch on the fakes.
class PipelineRunner {
 public:
  explicit PipelineRunner(const PipelineText& text, std::uint32_t workers = 1,
                          std::uint32_t parallelism = 2, int partitions = 1)
      : run(workers) {
    auto loaded = config::loadText("app.yaml", text.yaml(), {});
    auto pipeline = buildPipeline(loaded.application, loaded.diagnostics);
    LOCKSTEP_CHECK(pipeline.graph != nullptr, loaded.diagnostics.print());
    graph = pipeline.graph;
    run.use(graph, partitions);
    run.prepare(parallelism);
    run.services.errors = errorPolicyOf(loaded.application);
  }

  void feed(std::optional<std::string> key, std::optional<std::string> value, int partition = 0) {
    run.input.append({"in", Partition{partition}}, {std::move(key), std::move(value)});
  }
  /// Feeds values without keys, runs a batch, gives what the output has.
  Lines batch(const std::vector<std::string>& values = {}) {
    run.feed(values);
    run.batch();
    return run.records();
  }
  /// The status of a batch that fails.
  Status failing(const std::vector<std::string>& values) {
    run.feed(values);
    return run.run(run.plan()).status;
  }

  std::shared_ptr<DStreamGraph> graph;
  GraphRunner run;
};

/// What one batch of keyless values becomes.
[[nodiscard]] inline Lines outcome(const PipelineText& text,
                                   const std::vector<std::string>& values) {
  return PipelineRunner(text).batch(values);
}

}  // namespace lockstep::test
