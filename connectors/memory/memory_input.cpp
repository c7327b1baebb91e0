#include "connectors/memory/memory_input.hpp"

#include <lockstep/base/check.hpp>
#include <lockstep/model/broker_errors.hpp>

namespace lockstep::memory {

namespace {
class MemoryChunk final : public RecordChunk {
 public:
  [[nodiscard]] std::span<const RecordView> records() const override { return records_; }

  void add(const LogSlice::Piece& piece, const RecordBlock::Record& record,
           const TopicPartition& source) {
    if (blocks_.empty() || blocks_.back() != piece.block) blocks_.push_back(piece.block);
    records_.push_back({record.key, record.value, Offset(piece.base + record.offset_delta),
                        record.timestamp, &source, record.headers});
  }

 private:
  std::vector<RecordView> records_;
  std::vector<SharedBlock> blocks_;  ///< what the views point into
};
}  // namespace

MemoryPartitionInput::MemoryPartitionInput(Connection connection, const InputOptions& options,
                                           SharedClient client, const PartitionOffset& start)
    : connection_(connection),
      options_(options),
      client_(std::move(client)),
      name_(std::make_shared<const TopicPartition>(start.partition)),
      position_(start.next.value()),
      fetch_next_(position_) {}

Status MemoryPartitionInput::seek(Offset next) {
  if (!gone_.ok()) return gone_;
  if (next.value() == position_) return {};
  position_ = fetch_next_ = next.value();
  pieces_.clear();
  return {};
}

Result<RangeRead> MemoryPartitionInput::read(Offset until_offset, Deadline deadline) {
  const std::int64_t until = until_offset.value();
  Clock& clock = connection_.clock();
  for (bool last_try = false;;) {
    if (!gone_.ok()) return gone_;
    RangeRead result;
    result.chunk = take(until);
    result.complete = position_ >= until;
    if (result.chunk || result.complete || last_try) return result;
    bool arrived = false;
    LOCKSTEP_TRY(fetch(deadline, arrived));
    last_try = deadline.passed(clock);
    if (!arrived && !last_try)
      clock.sleep(
          std::min<std::chrono::nanoseconds>(options_.fetch_wait, deadline.at - clock.now()));
  }
}

/// Hands out what is buffered below `until`, and moves the position: behind the last record taken,
/// or to `until` when nothing below it can come any more.
std::unique_ptr<RecordChunk> MemoryPartitionInput::take(std::int64_t until) {
  if (position_ >= until) return nullptr;
  auto chunk = std::make_unique<MemoryChunk>();
  bool seen_until = false;
  while (!pieces_.empty() && !seen_until) {
    const LogSlice::Piece& piece = pieces_.front();
    for (const RecordBlock::Record& record : piece.block->records()) {
      const std::int64_t offset = piece.base + record.offset_delta;
      if (offset < position_) continue;  // of the same batch, but delivered or skipped before
      if (offset >= until) {
        seen_until = true;
        break;
      }
      chunk->add(piece, record, *name_);
    }
    if (!seen_until) pieces_.pop_front();
  }
  position_ = seen_until ? until : std::min(fetch_next_, until);
  if (chunk->records().empty()) return nullptr;
  return chunk;
}

Status MemoryPartitionInput::fetch(Deadline deadline, bool& arrived) {
  Clock& clock = connection_.clock();
  const Fetch request{client_, name_, fetch_next_, options_.fetch_bytes, true};
  const auto patience =
      std::max<std::chrono::nanoseconds>(options_.fetch_wait, deadline.at - clock.now());
  const auto reply = connection_.call(
      request, std::min<std::chrono::nanoseconds>(options_.socket_timeout, patience));
  if (!reply) return {};
  switch (reply->error) {
    case BrokerError::kNone:
      break;
    case BrokerError::kOffsetOutOfRange:
      gone_ = outOfRange(*reply);
      return gone_;
    default:
      gone_ = Status::fatal(ExitCode::kData, "E211",
                            toString(*name_) + " does not exist any more. Nothing was committed.",
                            "restore the topic, or reset the application");
      return gone_;
  }
  arrived = reply->slice.next > fetch_next_;
  pieces_.insert(pieces_.end(), reply->slice.pieces.begin(), reply->slice.pieces.end());
  fetch_next_ = reply->slice.next;
  return {};
}

Status MemoryPartitionInput::outOfRange(const Fetch::Reply& reply) const {
  return offsetOutOfRange({*name_, Offset{fetch_next_}}, Offset{reply.log_start},
                          Offset{reply.high_watermark});
}

MemoryInput::MemoryInput(Connection connection, InputOptions options)
    : connection_(connection),
      options_(std::move(options)),
      client_(std::make_shared<ClientName>(ClientName{{}, options_.group})) {}

Status MemoryInput::assign(std::span<const PartitionOffset> positions) {
  partitions_.clear();
  for (const PartitionOffset& position : positions)
    partitions_[position.partition] =
        std::make_unique<MemoryPartitionInput>(connection_, options_, client_, position);
  return {};
}

PartitionInput& MemoryInput::partition(const TopicPartition& partition) {
  const auto found = partitions_.find(partition);
  LOCKSTEP_CHECK(found != partitions_.end(), toString(partition) + " is not assigned");
  return *found->second;
}

}  // namespace lockstep::memory
