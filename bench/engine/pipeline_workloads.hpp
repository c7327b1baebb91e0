#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "src/config/loader.hpp"
#include "src/pipeline/pipeline_builder.hpp"

namespace lockstep::bench {

/// The graph of a YAML file that does what the workload of the same name does; topics `in`, `out`.
inline std::shared_ptr<DStreamGraph> pipelineGraph(const std::string& workload) {
  const std::string counting = "updateStateByKey: { update: sum, emit: changed } }\n";
  std::string steps;
  if (workload == "filter") steps = "      - filter: key > 'k000000000900000'\n";
  if (workload == "count") steps = "      - map: { key: key, value: 1 }\n";
  if (workload == "words")
    steps = "      - flatMap: split(value, ' ')\n      - map: { key: value, value: 1 }\n";
  if (workload == "count" || workload == "words") steps += "      - { id: counts, " + counting;
  const std::string written = workload == "copy" || workload == "filter" ? "string" : "long";
  const std::string text =
      "application: bench\nkafka: { bootstrap: b:9092 }\nstate: { dir: s }\nstreams:\n  in:\n"
      "    kafka: { topics: [in], key: string, value: string }\n" +
      (steps.empty() ? steps : "    steps:\n" + steps) +
      "outputs: [ { from: in, kafka: { topic: out, key: string, value: " + written + " } } ]\n";
  auto loaded = config::loadText("bench.yaml", text, {});
  auto pipeline = buildPipeline(loaded.application, loaded.diagnostics);
  if (pipeline.graph == nullptr)
    std::fprintf(stderr, "%s\n", loaded.diagnostics.print().c_str()), std::exit(1);
  return pipeline.graph;
}

}  // namespace lockstep::bench
