#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "src/config/diagnostic.hpp"
#include "src/config/node.hpp"

namespace lockstep::config {

inline constexpr std::size_t kFileBytesMax = 1 << 20;  ///< of one YAML file
inline constexpr std::size_t kDepthMax = 64;           ///< of nested lists and maps
inline constexpr std::size_t kNodesMax = 100'000;      ///< aliases expanded

/// Parses a source into a tree: one document, no tags, no duplicate keys, within the limits above.
/// Mistakes go to `diagnostics`. Returns nullopt when there is no tree to go on with; duplicate
/// keys leave a tree (the first value wins), so that the rest can be checked as well.
[[nodiscard]] std::optional<Node> readYaml(Diagnostics& diagnostics, std::uint32_t source);

/// The same for a part of a one-line source: the value that begins at byte `begin`.
[[nodiscard]] std::optional<Node> readYamlValue(Diagnostics& diagnostics, std::uint32_t source,
                                                std::size_t begin);

}  // namespace lockstep::config
