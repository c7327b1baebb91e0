#pragma once

#include <span>
#include <string_view>

namespace lockstep::kafka {

/// A code that only the Kafka client reports, and the long text that `lockstep explain CODE`
/// prints. The client shares E201, E203, E204 and E211 with the engine, whose table has them.
struct ClientErrorText {
  std::string_view code;
  std::string_view title;
  std::string_view text;
};

/// Sorted by code.
[[nodiscard]] std::span<const ClientErrorText> clientErrorTexts();

}  // namespace lockstep::kafka
