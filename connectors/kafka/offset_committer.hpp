#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <lockstep/base/clock.hpp>
#include <lockstep/model/offset_range.hpp>

#include "connectors/kafka/client_handle.hpp"

namespace lockstep::kafka {

/// The offsets with their metadata, as the client wants them.
[[nodiscard]] ListHandle offsetList(std::span<const PartitionOffset> consumed,
                                    std::string_view metadata);

/// Commits offsets of the application's group outside of any transaction, through a client of its
/// own that is no member of the group.
/// Thread  One.
class OffsetCommitter {
 public:
  [[nodiscard]] static Result<std::unique_ptr<OffsetCommitter>> create(
      const KafkaConnection& connection, Clock& clock);

  /// All of them in one request. kRetry: no answer by the deadline, or one that asks to try again;
  /// called again with the same arguments it waits for the same answer, or sends anew.
  Status commit(std::span<const PartitionOffset> consumed, std::string_view metadata,
                Deadline deadline);

 private:
  OffsetCommitter(std::unique_ptr<ClientHandle> client, Clock& clock);

  std::unique_ptr<ClientHandle> client_;
  Clock& clock_;
  QueueHandle answers_;
  bool sent_ = false;  ///< and not answered
};

}  // namespace lockstep::kafka
