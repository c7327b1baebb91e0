#pragma once

#include <string>

namespace lockstep::config {

/// The text of docs/configuration.md: every key with type, default and range, made from the tables
/// that the loader reads by. `lockstep_config_docs DOCS_FOLDER` writes it to the tree.
[[nodiscard]] std::string writeReference();

}  // namespace lockstep::config
