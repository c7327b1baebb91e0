#pragma once

#include <string>

namespace lockstep::kafka {

/// The version of librdkafka that is running, which may be newer than the one compiled against.
[[nodiscard]] std::string clientVersion();

}  // namespace lockstep::kafka
