#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/config/place.hpp"
#include "src/config/source_file.hpp"

namespace lockstep::config {

/// Finds out how the scalar at (line, column) of `file` is written and where its text begins; the
/// parser reports only where it starts.
[[nodiscard]] SourceText locateScalar(const SourceFile& file, Place start, std::string text);

/// The innermost bracket or quote that is still open at (line, column): usually the cause of what
/// the parser noticed there.
[[nodiscard]] std::optional<Place> findUnclosed(const SourceFile& file, const Place& noticed);

}  // namespace lockstep::config
