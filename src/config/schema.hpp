#pragma once

#include <string>

namespace lockstep::config {

/// The JSON Schema (draft-07) of a file, made from the tables of settings, streams, operators,
/// outputs and tests: for editors, which complete and check by it. It knows keys, types and
/// choices; `lint` knows the rest.
[[nodiscard]] std::string writeSchema();

}  // namespace lockstep::config
