#pragma once

#include <span>
#include <string_view>

#include "src/config/diagnostic.hpp"
#include "src/config/key_table.hpp"
#include "src/config/node.hpp"
#include "src/config/stream_model.hpp"

namespace lockstep::config {

/// `files:` and `socket:` of a stream: inputs from outside Kafka.
[[nodiscard]] FilesInput readFilesInput(const Node& map, std::string_view stream,
                                        Diagnostics& diagnostics);
[[nodiscard]] SocketInput readSocketInput(const Node& map, std::string_view stream,
                                          Diagnostics& diagnostics);

/// Their keys, for the reference page.
[[nodiscard]] std::span<const KeyRow> filesInputKeys();
[[nodiscard]] std::span<const KeyRow> socketInputKeys();

}  // namespace lockstep::config
