#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>

#include <lockstep/ports/input.hpp>

#include "connectors/memory/client_options.hpp"
#include "connectors/memory/connection.hpp"

namespace lockstep::memory {

/// The reader of one partition: read_committed, fetches ahead of what is asked for, and keeps what
/// came early.
/// Thread: one at a time.
class MemoryPartitionInput final : public PartitionInput {
 public:
  MemoryPartitionInput(Connection connection, const InputOptions& options, SharedClient client,
                       const PartitionOffset& start);

  Status seek(Offset next) override;
  [[nodiscard]] Offset position() const override { return Offset(position_); }
  Result<RangeRead> read(Offset until, Deadline deadline) override;

 private:
  Status fetch(Deadline deadline, bool& arrived);
  [[nodiscard]] std::unique_ptr<RecordChunk> take(std::int64_t until);
  [[nodiscard]] Status outOfRange(const Fetch::Reply& reply) const;

  Connection connection_;
  InputOptions options_;
  SharedClient client_;
  PartitionName name_;
  std::int64_t position_;    ///< next offset to deliver
  std::int64_t fetch_next_;  ///< next offset to fetch: everything visible below is in pieces_
  std::deque<LogSlice::Piece> pieces_;
  Status gone_;  ///< kFatal, sticky
};

/// The partitions of one application. Thread: assign() while nobody reads.
class MemoryInput final : public Input {
 public:
  MemoryInput(Connection connection, InputOptions options);

  Status assign(std::span<const PartitionOffset> positions) override;
  [[nodiscard]] PartitionInput& partition(const TopicPartition& partition) override;

 private:
  Connection connection_;
  InputOptions options_;
  SharedClient client_;
  std::unordered_map<TopicPartition, std::unique_ptr<MemoryPartitionInput>> partitions_;
};

}  // namespace lockstep::memory
