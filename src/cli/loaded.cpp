#include "src/cli/loaded.hpp"

#include <cstdio>

namespace lockstep::cli {

namespace {

Loaded withPipeline(config::LoadedFile read) {
  Loaded loaded{std::move(read.application), std::move(read.diagnostics), {}};
  // With structural errors the expressions are still worth a look: all mistakes at once.
  loaded.pipeline = buildPipeline(loaded.application, loaded.diagnostics);
  return loaded;
}

}  // namespace

Loaded load(const std::string& file, const std::vector<std::string>& overrides) {
  config::LoadOptions options;
  options.overrides = overrides;
  return withPipeline(config::loadFile(file, options));
}

Loaded loadText(const std::string& name, std::string text,
                const std::vector<std::string>& overrides) {
  config::LoadOptions options;
  options.overrides = overrides;
  return withPipeline(config::loadText(name, std::move(text), options));
}

ExitCode report(const Loaded& loaded) {
  const auto text = loaded.diagnostics.print();
  std::fwrite(text.data(), 1, text.size(), stderr);
  return loaded.diagnostics.hasErrors() ? loaded.diagnostics.toStatus().exitCode() : ExitCode::kOk;
}

}  // namespace lockstep::cli
