#pragma once

#include <cstdint>
#include <string_view>

namespace lockstep::fetch {

/// CRC-32C (Castagnoli), as record batches carry it. Uses the processor's instruction where the
/// build may rely on one.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

/// The same without any such instruction: what other processors use, and what the tests compare.
[[nodiscard]] std::uint32_t crc32cByTable(std::string_view bytes);

}  // namespace lockstep::fetch
