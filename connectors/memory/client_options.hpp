#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <lockstep/model/guarantee.hpp>

namespace lockstep::memory {

/// A transactional producer's settings; the defaults are those of the connector for real brokers.
struct OutputOptions {
  std::string transactional_id;
  std::string group;
  /// At least once: an idempotent producer without transactions; the id only names it.
  Guarantee guarantee = Guarantee::kExactlyOnce;
  std::chrono::milliseconds transaction_timeout{60'000};
  std::chrono::milliseconds socket_timeout{10'000};
  std::chrono::milliseconds retry_backoff{5};        ///< after a lost reply or broken connection
  std::chrono::milliseconds concurrent_backoff{20};  ///< after CONCURRENT_TRANSACTIONS
  std::size_t batch_bytes_max = 1'000'000;
  /// append() sends what is buffered once it is this much; 0 = at once. Beyond queue_bytes_max it
  /// takes nothing until that succeeds.
  std::size_t send_bytes = 64 * 1024;
  std::size_t queue_bytes_max = 256 * 1024 * 1024;
};

/// A reader's settings.
struct InputOptions {
  std::string group;
  std::chrono::milliseconds socket_timeout{10'000};
  std::chrono::milliseconds fetch_wait{10};  ///< pause before an empty partition is asked again
  std::size_t fetch_bytes = 1'048'576;
};

}  // namespace lockstep::memory
