#pragma once

#include "src/config/diagnostic.hpp"
#include "src/config/model.hpp"

namespace lockstep::config {

/// The rules about a model as a whole that need neither expressions nor a network: names, topics,
/// the graph of streams, ids, state, dead letters, what weakens the guarantee, tests. Works on
/// models with mistakes too and reports only what the mistake did not cause.
void lintStructure(const ApplicationConfig& config, Diagnostics& diagnostics);

/// The rules about settings alone, for a C++ program, which has its own graph. `has_streams`: the
/// file has streams, which the program does not look at, nor at what serves their expressions.
void lintProgramSettings(const ApplicationConfig& config, bool has_streams,
                         Diagnostics& diagnostics);

// Its parts, one file each.
void lintSettings(const ApplicationConfig& config, Diagnostics& diagnostics);
/// Functions that no expression and no other function names.
void lintFunctions(const ApplicationConfig& config, Diagnostics& diagnostics);
void lintGraph(const ApplicationConfig& config, Diagnostics& diagnostics);
void lintOutputs(const ApplicationConfig& config, Diagnostics& diagnostics);
/// Tables, and what looks things up in them.
void lintTables(const ApplicationConfig& config, Diagnostics& diagnostics);
void lintSteps(const ApplicationConfig& config, Diagnostics& diagnostics);
void lintTests(const ApplicationConfig& config, Diagnostics& diagnostics);

}  // namespace lockstep::config
