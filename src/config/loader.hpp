#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/config/diagnostic.hpp"
#include "src/config/model.hpp"
#include "src/config/substitution.hpp"

// src/config turns one YAML file into a typed model (model.hpp), or into all of its mistakes at
// once (diagnostic.hpp). The way of a file:
//   yaml_reader     text -> tree with places; yaml-cpp is used there and nowhere else
//   overrides       `--set path=value` put into the tree
//   substitution    ${env:...}, ${file:...} in its scalars
//   settings_reader, client_keys, stream_reader, output_reader, step_reader, test_reader
//                   tree -> model, by tables: settings_table, operator_table, key_table
//   structure_lint  rules about the model as a whole; src/pipeline adds its own for graph and
//                   expressions to the same Diagnostics
// Nothing here reads the network. Threads: none; calls do not share anything.

namespace lockstep::config {

struct LoadOptions {
  std::vector<std::string> overrides;  ///< `--set` arguments, "path=value"
  Surroundings surroundings = processSurroundings();
  /// For programs that build their graph in C++: the file's streams, outputs and tests are neither
  /// required nor read.
  bool settings_only = false;
};

/// The outcome of a load. `application` is complete and legal only while `diagnostics` has no
/// errors; with errors it holds what could be read, for further checks only.
struct LoadedFile {
  ApplicationConfig application;
  Diagnostics diagnostics;

  [[nodiscard]] bool ok() const { return !diagnostics.hasErrors(); }
};

/// Loads the file at `path`. A missing file is the error E002.
[[nodiscard]] LoadedFile loadFile(const std::string& path, const LoadOptions& options = {});
/// Reads a text as YAML and no further, for pieces of files in documents: what no reader of YAML
/// would accept, doubled keys, ambiguous scalars.
[[nodiscard]] Diagnostics checkYaml(std::string name, std::string text);
/// Loads a text; `name` stands for the file in messages.
[[nodiscard]] LoadedFile loadText(std::string name, std::string text,
                                  const LoadOptions& options = {});

}  // namespace lockstep::config
