#pragma once

#include <string>
#include <vector>

#include <lockstep/base/exit_code.hpp>

#include "src/config/loader.hpp"
#include "src/pipeline/pipeline_builder.hpp"

namespace lockstep::cli {

/// A file with its graph, and all mistakes in either.
struct Loaded {
  config::ApplicationConfig application;
  config::Diagnostics diagnostics;
  Pipeline pipeline;  ///< without a graph when there are errors
};

[[nodiscard]] Loaded load(const std::string& file, const std::vector<std::string>& overrides);

/// The same of a text that stands for a file.
[[nodiscard]] Loaded loadText(const std::string& name, std::string text,
                              const std::vector<std::string>& overrides);

/// Prints errors and warnings to stderr. Returns kOk without errors, else what to exit with.
[[nodiscard]] ExitCode report(const Loaded& loaded);

}  // namespace lockstep::cli
