#pragma once

#include <cstdint>
#include <vector>

#include "connectors/fetch/batch_header.hpp"
#include "connectors/fetch/fetch_messages.hpp"

namespace lockstep::fetch {

/// Tells which batches of one answer a read_committed reader must not see: what Kafka's own
/// consumer does (Java: CompletedFetch), batch after batch in log order.
class AbortedFilter {
 public:
  AbortedFilter() = default;
  /// The aborted transactions that the broker lists with an answer, in any order.
  explicit AbortedFilter(std::vector<AbortedTransaction> aborted);

  /// Whether the records of the batch, the next one of the answer, are to be skipped: control
  /// batches and aborted data. `bytes` begins with the batch.
  [[nodiscard]] bool skips(const BatchHeader& header, std::string_view bytes);

 private:
  std::vector<AbortedTransaction> aborted_;  ///< by first offset
  std::size_t next_ = 0;                     ///< of aborted_: not begun so far
  std::vector<std::int64_t> producers_;      ///< whose transactional batches are void at the moment
};

}  // namespace lockstep::fetch
