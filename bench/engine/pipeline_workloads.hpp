#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "src/config/loader.hpp"
#include "src/pipeline/pipeline_builder.hpp"

namespace lockstep::bench {

/// What a file does with the stream `in`. Indented as it stands in the file.
struct PipelineWorkload {
  std::string steps;           ///< of `in`; "" for none
  std::string streams;         ///< further ones, the last of them is `last`
  std::string last = "in";     ///< the stream that is written
  std::string in = "string";   ///< format of the values that come in
  std::string out = "string";  ///< and of those that go out
};

inline PipelineWorkload slidingWindow(const std::string& length) {
  return {"      - { id: counts, reduceByKeyAndWindow: { window: " + length +
              ", slide: 1s, reduce: count, inverse: a - b, drop_empty: true } }\n",
          "", "in", "string", "long"};
}

inline PipelineWorkload pipelineWorkload(const std::string& name) {
  const std::string ones = "      - map: { key: key, value: 1 }\n";
  const std::string counting =
      "      - { id: counts, updateStateByKey: { update: sum, emit: changed } }\n";
  if (name == "filter") return {"      - filter: key > 'k000000000900000'\n", ""};
  if (name == "count") return {ones + counting, "", "in", "string", "long"};
  if (name == "words")
    return {
        "      - flatMap: split(value, ' ')\n      - map: { key: value, value: 1 }\n" + counting,
        "", "in", "string", "long"};
  if (name == "window") return slidingWindow("60s");
  if (name.rfind("window-", 0) == 0) return slidingWindow(name.substr(7) + "s");
  if (name == "join")
    return {
        ones,
        "  counts:\n    from: in\n    steps: [ sumByKey ]\n"
        "  joined:\n    join: { left: counts, right: in }\n    steps: [ { map: value.left } ]\n",
        "joined", "string", "long"};
  if (name == "map-with-state")
    return {
        "      - id: counts\n"
        "        mapWithState: { initial: 0, update: state + 1, value: state, timeout: 30m }\n",
        "", "in", "string", "long"};
  if (name == "json-filter")
    return {"      - filter: value.amount > 500\n", "", "in", "json", "json"};
  if (name == "json-filter-lua")
    return {"      - filter: large(value)\n", "", "in", "json", "json"};
  if (name == "json-map") return {"      - map: value.amount\n", "", "in", "json", "double"};
  if (name == "json-map-lua") return {"      - map: amount(value)\n", "", "in", "json", "double"};
  return {};  // copy
}

/// The graph of a YAML file that does what the workload of the same name does; topics `in`, `out`.
inline std::shared_ptr<DStreamGraph> pipelineGraph(const std::string& name) {
  const PipelineWorkload workload = pipelineWorkload(name);
  const std::string text =
      "application: bench\nbatch: { interval: 100ms }\nkafka: { bootstrap: b:9092 }\n"
      "state: { dir: s }\nfunctions: |\n"
      "  function large(order) return order.amount > 500 end\n"
      "  function amount(order) return order.amount end\n"
      "streams:\n  in:\n    kafka: { topics: [in], key: string, value: " +
      workload.in + " }\n" + (workload.steps.empty() ? "" : "    steps:\n" + workload.steps) +
      workload.streams + "outputs: [ { from: " + workload.last +
      ", kafka: { topic: out, key: string, value: " + workload.out + " } } ]\n";
  auto loaded = config::loadText("bench.yaml", text, {});
  auto pipeline = buildPipeline(loaded.application, loaded.diagnostics);
  if (pipeline.graph == nullptr)
    std::fprintf(stderr, "%s\n", loaded.diagnostics.print().c_str()), std::exit(1);
  return pipeline.graph;
}

}  // namespace lockstep::bench
