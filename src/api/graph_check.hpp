#pragma once

#include <lockstep/dstream/graph.hpp>

#include "src/config/model.hpp"

namespace lockstep {

/// What a program's graph and its settings must keep to, without asking a broker: the graph's own
/// rules, legal topic names (E018), no internal topics (E026), a folder for state (E040). The first
/// mistake found.
[[nodiscard]] Status checkGraph(const DStreamGraph& graph,
                                const config::ApplicationConfig& application);

}  // namespace lockstep
