#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::fetch {

/// One partition of a Fetch request.
struct FetchPosition {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int32_t epoch = -1;  ///< of the leader, as far as known
  std::int64_t offset = 0;
  std::int32_t bytes_max = 0;
};

struct FetchLimits {
  std::int32_t wait_max_ms = 0;
  std::int32_t bytes_min = 1;
  std::int32_t bytes_max = 0;
};

/// Read committed, without a session. Partitions of one topic have to stand together; the broker
/// fills the answer in this order until `bytes_max` is used up.
[[nodiscard]] std::string fetchRequest(const FetchLimits& limits,
                                       std::span<const FetchPosition> positions);

/// A transaction that was aborted: the producer's transactional batches from `first_offset` up to
/// its abort marker are void.
struct AbortedTransaction {
  std::int64_t producer = -1;
  std::int64_t first_offset = 0;
};

struct FetchedPartition {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int16_t error = 0;
  std::int64_t log_start = -1;
  std::vector<AbortedTransaction> aborted;
  std::string_view records;  ///< record batches, the last one perhaps cut off
};

struct FetchAnswer {
  std::int32_t throttle_ms = 0;
  std::int16_t error = 0;
  std::vector<FetchedPartition> partitions;
};

/// Slices of `body`. No value: malformed.
[[nodiscard]] std::optional<FetchAnswer> readFetchAnswer(std::string_view body);

}  // namespace lockstep::fetch
