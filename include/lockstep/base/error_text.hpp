#pragma once

#include <string_view>

namespace lockstep {

/// What there is to know of one error or warning code. `lockstep explain CODE` prints it and
/// docs/errors.md lists it; a code has one meaning in the whole program and is never reused.
/// E0xx the file, E1xx the graph, E20x-E22x the engine, E23x state and changelogs, E24x-E25x client
/// and cluster, E30x records and outputs, E70x the disk.
struct ErrorText {
  std::string_view code;   ///< "E031"
  std::string_view title;  ///< one line
  std::string_view text;   ///< cause, consequence, remedy
};

}  // namespace lockstep
