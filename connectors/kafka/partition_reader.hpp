#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/input.hpp>

#include "connectors/kafka/client_handle.hpp"
#include "connectors/kafka/message_chunk.hpp"

namespace lockstep::kafka {

/// A consumer and what its partitions share.
struct InputClient {
  std::shared_ptr<ClientHandle> handle;
  std::uint32_t queued_min = 0;  ///< below it a sleeping fetcher is woken
  bool needs_waking = false;     ///< see needsWaking()
  std::string username = "-";    ///< the real ones where the client logs in
  std::string password = "-";
  std::atomic<std::int64_t> last_wake_ns{0};

  /// Wakes the client's broker threads, at most once in 2 ms for the whole consumer. The cheapest
  /// call that does so sets the login names they have already; nothing goes over the wire.
  void wake(Instant now);
};

/// Reads ranges of one partition from its own queue. Thread: as PartitionInput.
class PartitionReader final : public PartitionInput {
 public:
  PartitionReader(std::shared_ptr<InputClient> client, const PartitionOffset& start, Clock& clock);
  ~PartitionReader() override;

  Status seek(Offset next) override;
  [[nodiscard]] Offset position() const override { return position_; }
  Result<RangeRead> read(Offset until, Deadline deadline) override;

 private:
  /// Takes over what has arrived; waits for the first message until `deadline`.
  Status fill(Deadline deadline);
  void wakeFetcher();
  /// Sorts one message of the queue: record, end of partition, or error. Takes it.
  Status accept(rd_kafka_message_t* message);
  void dropArrived();
  /// Moves early messages below `until` into a chunk. True when one at or past `until` waits.
  bool drain(Offset until, ChunkBuffer& buffer);
  [[nodiscard]] bool endSeen(Offset until) const;
  [[nodiscard]] Status outOfRange() const;

  const std::shared_ptr<InputClient> client_;
  const std::shared_ptr<ChunkPool> pool_;
  Clock& clock_;
  QueueHandle queue_;
  TopicHandle topic_;

  Offset position_;  ///< next to deliver
  Offset fetched_;   ///< next to take from the queue: at or past position_
  /// A seek is under way or has failed: what the queue delivers belongs to no known position.
  bool lost_ = false;
  /// The client's own position counts only for what it delivered since the last seek.
  bool client_position_counts_ = true;
  Offset end_seen_{-1};  ///< of the last end-of-partition event; -1: none since the last seek
  std::vector<rd_kafka_message_t*>
      arrived_;  ///< from next_ on: taken from the queue, not delivered
  std::size_t next_ = 0;
  std::vector<rd_kafka_message_t*> incoming_;
};

}  // namespace lockstep::kafka
