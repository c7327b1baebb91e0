#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <lockstep/base/result.hpp>

namespace lockstep {

/// A number of bytes, never a count.
struct Bytes {
  std::uint64_t count = 0;
  constexpr auto operator<=>(const Bytes&) const = default;
};

/// "500ms", "10s", "5m", "1h", "7d" (also us). A unit is required; so is a whole, non-negative
/// number.
[[nodiscard]] Result<std::chrono::nanoseconds> parseDuration(std::string_view text);
/// "64KiB", "1GiB", "500MB", "12B". A unit is required.
[[nodiscard]] Result<Bytes> parseBytes(std::string_view text);
/// The shortest exact spelling that parseDuration() reads back.
[[nodiscard]] std::string formatDuration(std::chrono::nanoseconds duration);
[[nodiscard]] std::string formatBytes(Bytes bytes);

}  // namespace lockstep
