#pragma once

#include <string>

#include <lockstep/rdd/streaming_listener.hpp>

namespace lockstep {

/// For a person: "active", "at its end", "not started yet", or "down since 2026-01-02 03:04:05 UTC
/// after 4 restarts, the last error: connection refused". Without line ends.
[[nodiscard]] std::string stateText(const ReceiverInfo& info);
/// The last error in one line, and not too long.
[[nodiscard]] std::string shortErrorText(const ReceiverInfo& info);

}  // namespace lockstep
