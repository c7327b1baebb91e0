#pragma once

#include "src/config/diagnostic.hpp"
#include "src/config/model.hpp"

namespace lockstep::config {

/// The rules about a model as a whole that need neither expressions nor a network: names, topics,
/// the graph of streams, ids, state, dead letters, what weakens the guarantee, tests. Works on
/// models with mistakes too and reports only what the mistake did not cause.
void lintStructure(const ApplicationConfig& config, Diagnostics& diagnostics);

// Its parts, one file each.
void lintSettings(const ApplicationConfig& config, Diagnostics& diagnostics);
void lintGraph(const ApplicationConfig& config, Diagnostics& diagnostics);
void lintSteps(const ApplicationConfig& config, Diagnostics& diagnostics);
void lintTests(const ApplicationConfig& config, Diagnostics& diagnostics);

}  // namespace lockstep::config
