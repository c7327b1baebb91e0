#pragma once

#include <string_view>

#include <lockstep/base/status.hpp>

#include "connectors/memory/requests.hpp"

namespace lockstep::memory {

/// What a producer makes of a broker's refusal of one of its requests: the classes of librdkafka
/// (abortable, fatal), as the connector for real brokers reports them.
/// REQUIRES: error is neither NONE nor CONCURRENT_TRANSACTIONS.
[[nodiscard]] Status producerError(BrokerError error, RequestKind kind, std::string_view about);

}  // namespace lockstep::memory
