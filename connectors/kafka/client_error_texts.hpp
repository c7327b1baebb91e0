#pragma once

#include <span>

#include <lockstep/base/error_text.hpp>

namespace lockstep::kafka {

/// The codes that only the Kafka client reports, sorted. It shares E061 with the file's loader, and
/// E201, E203, E204 and E211 with the engine: their tables have them.
[[nodiscard]] std::span<const ErrorText> clientErrorTexts();

}  // namespace lockstep::kafka
