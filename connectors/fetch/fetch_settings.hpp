#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/units.hpp>

namespace lockstep::fetch {

enum class AddressFamily { kAny, kV4, kV6 };

/// All that the reader needs to know. A plain value.
struct FetchSettings {
  std::string bootstrap;  ///< "host:port,host:port"
  std::string client_id = "lockstep";
  AddressFamily family = AddressFamily::kAny;

  /// Bytes as fetched (compressed) that may wait for their readers, over all partitions. A
  /// partition of which nothing waits is asked for all the same.
  Bytes buffered_bytes_max{32 * 1024 * 1024};
  /// A partition of which more waits is not asked for.
  Bytes partition_buffered_max{1024 * 1024};
  /// Of one answer, and of one partition in it. Larger answers only miss the processor's caches;
  /// smaller ones cut off more batches, which come again with the next one.
  Bytes answer_bytes_max{2 * 1024 * 1024};
  Bytes partition_bytes_max{2 * 1024 * 1024};
  std::int32_t bytes_min = 1;
  /// An answer that says it is longer is not Kafka's.
  Bytes receive_bytes_max{100'000'000};

  /// The broker holds back an answer without records for so long.
  std::chrono::milliseconds wait_max{10};
  std::chrono::milliseconds request_timeout{10'000};
  std::chrono::milliseconds connect_timeout{10'000};
  /// Between two attempts after a failed request of a partition.
  std::chrono::milliseconds error_backoff{50};
  /// Between two attempts to connect: doubled from the first to the second.
  std::chrono::milliseconds reconnect_backoff{50};
  std::chrono::milliseconds reconnect_backoff_max{1'000};
  std::chrono::milliseconds metadata_refresh{300'000};
  /// An assignment waits so long for someone who knows the leaders.
  std::chrono::milliseconds leaders_max{10'000};
  /// A topic that the cluster has not known for so long is gone.
  std::chrono::milliseconds topic_gone_max{30'000};
};

/// librdkafka keys as a user writes them under `kafka.client`, which mean the same here.
using ClientKeys = std::vector<std::pair<std::string, std::string>>;

/// Sets what the keys say. Returns those that this reader does not know: with one of them another
/// reader has to be taken, since nothing that a user writes may be without effect. Keys of
/// producers and of the client library's own logs are no concern of a reader.
[[nodiscard]] std::vector<std::string> applyClientKeys(const ClientKeys& keys,
                                                       FetchSettings& settings);

}  // namespace lockstep::fetch
