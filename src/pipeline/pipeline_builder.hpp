#pragma once

#include <memory>
#include <vector>

#include <lockstep/dstream/graph.hpp>
#include <lockstep/rdd/batch_services.hpp>

#include "src/config/diagnostic.hpp"
#include "src/config/model.hpp"
#include "src/pipeline/steps/expression_compiler.hpp"

// src/pipeline turns the model of a YAML file (src/config) into a graph of DStreams of rows:
//   expression/            the expression language: native programs, Lua sandbox, values, helpers
//   rows/                  rows, their way from and to Kafka's bytes and through shuffles and
//                          state, and the operators on them
//   steps/                 one function per operator: from what the file says to rows/, through the
//                          table of step_table.cpp; the expression compiler
//   pipeline_builder       model -> graph, with mistakes at their places in the file

namespace lockstep {

/// A pipeline, ready to be prepared and run.
struct Pipeline {
  std::shared_ptr<DStreamGraph> graph;
  std::vector<CompiledExpression> expressions;  ///< in the order of the file, for `explain`
};

/// Builds the graph of a loaded file. Mistakes go to `diagnostics`; with any, the result has no
/// graph.
[[nodiscard]] Pipeline buildPipeline(const config::ApplicationConfig& application,
                                     config::Diagnostics& diagnostics);

/// What the file's `errors:` means for a batch.
[[nodiscard]] ErrorPolicy errorPolicyOf(const config::ApplicationConfig& application);

}  // namespace lockstep
