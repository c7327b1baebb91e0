#include "connectors/memory/memory_output.hpp"

#include <lockstep/base/check.hpp>

#include "connectors/memory/client_error.hpp"

namespace lockstep::memory {

namespace {
/// Requests of which a late copy could hit the next transaction: see docs/guarantees.md, "Doubt".
constexpr bool leavesDoubt(RequestKind kind) {
  return kind == RequestKind::kAddPartitionsToTxn || kind == RequestKind::kAddOffsetsToTxn ||
         kind == RequestKind::kTxnOffsetCommit || kind == RequestKind::kEndTxn;
}
}  // namespace

MemoryOutput::MemoryOutput(Connection connection, OutputOptions options)
    : connection_(connection),
      options_(std::move(options)),
      name_(std::make_shared<ClientName>(ClientName{options_.transactional_id, options_.group})) {}

template <class Request>
Result<typename Request::Reply> MemoryOutput::ask(const Request& request, Deadline deadline) {
  Clock& clock = connection_.clock();
  for (int attempt = 1; !deadline.passed(clock); ++attempt) {
    const auto left = deadline.at - clock.now();
    const auto timeout = std::min<std::chrono::nanoseconds>(options_.socket_timeout, left);
    auto reply = connection_.call(request, timeout, attempt);
    const bool again = reply && (reply->error == BrokerError::kConcurrentTransactions ||
                                 coordinatorMoves(reply->error));
    if (reply && !again) return std::move(*reply);
    if (!reply && leavesDoubt(Request::kKind)) dirty_ = true;
    const auto pause = reply ? options_.concurrent_backoff : options_.retry_backoff;
    clock.sleep(std::min<std::chrono::nanoseconds>(
        pause, std::max(deadline.at - clock.now(), std::chrono::nanoseconds(1))));
  }
  return Status::retry(std::string(toString(Request::kKind)) + " was not answered in time");
}

Status MemoryOutput::failed(Status status) {
  if (status.reaction() == Reaction::kFatal) dead_ = status;
  if (status.reaction() == Reaction::kAbort) broken_ = status;
  return status;
}

Status MemoryOutput::init(std::chrono::milliseconds timeout) {
  if (!dead_.ok()) return dead_;
  LOCKSTEP_CHECK(state_ == State::kNew, "a producer is initialised once");
  const InitProducerId request{name_, options_.transaction_timeout, transactional()};
  LOCKSTEP_ASSIGN(const auto reply, ask(request, Deadline::in(connection_.clock(), timeout)));
  if (reply.error != BrokerError::kNone)
    return failed(producerError(reply.error, request.kKind, options_.transactional_id));
  session_ = reply.session;
  state_ = State::kReady;
  return {};
}

Status MemoryOutput::begin() {
  if (!dead_.ok()) return dead_;
  LOCKSTEP_CHECK(state_ == State::kReady, "a transaction begins when none is open");
  state_ = State::kOpen;
  return {};
}

Status MemoryOutput::append(const TopicPartition& partition, std::span<const EncodedRecord> records,
                            Deadline deadline, std::size_t& appended) {
  if (!dead_.ok()) return dead_;
  if (!broken_.ok()) return broken_;
  LOCKSTEP_CHECK(state_ == State::kOpen, "records are appended to an open transaction");
  Target& to = target(partition);
  while (!records.empty()) {
    if (unsent_bytes_ >= options_.queue_bytes_max) LOCKSTEP_TRY(flush(deadline));
    std::size_t count = 0;
    std::size_t bytes = 0;
    do {
      bytes += wireBytes(records[count]);
      ++count;
    } while (count < records.size() &&
             bytes + wireBytes(records[count]) <= options_.batch_bytes_max);
    to.blocks.push_back(std::make_shared<RecordBlock>(records.first(count)));
    unsent_bytes_ += bytes;
    appended += count;
    records = records.subspan(count);
  }
  if (unsent_bytes_ < options_.send_bytes) return {};
  const Status sent = flush(deadline);
  // What got no answer stays in the queue, as it would behind a client's background thread.
  if (!sent.ok() && sent.reaction() != Reaction::kRetry) return sent;
  return {};
}

MemoryOutput::Target& MemoryOutput::target(const TopicPartition& partition) {
  Target& to = targets_[partition];
  if (!to.name) to.name = std::make_shared<const TopicPartition>(partition);
  if (!to.active) {
    to.active = true;
    active_.push_back(&to);
  }
  return to;
}

Status MemoryOutput::commit(std::span<const PartitionOffset> consumed, std::string_view metadata,
                            std::chrono::milliseconds timeout) {
  if (!dead_.ok()) return dead_;
  if (!broken_.ok()) return broken_;
  LOCKSTEP_CHECK(state_ == State::kOpen && !consumed.empty(),
                 "an open transaction is committed, with offsets");
  Clock& clock = connection_.clock();
  const Deadline deadline = Deadline::in(clock, timeout);
  if (!commit_since_) commit_since_ = clock.now();
  LOCKSTEP_TRY(flush(deadline));
  if (transactional()) {
    LOCKSTEP_TRY(sendOffsets(consumed, metadata, deadline));
    LOCKSTEP_TRY(endTransaction(true, deadline));
    if (clock.now() - *commit_since_ > options_.socket_timeout) dirty_ = true;
  } else {
    LOCKSTEP_TRY(commitOffsets(consumed, metadata, deadline));
  }
  close();
  return {};
}

Status MemoryOutput::commitOffsets(std::span<const PartitionOffset> consumed,
                                   std::string_view metadata, Deadline deadline) {
  const OffsetCommit request{name_, {consumed.begin(), consumed.end()}, std::string(metadata)};
  LOCKSTEP_ASSIGN(const auto reply, ask(request, deadline));
  if (reply.error != BrokerError::kNone)
    return failed(producerError(reply.error, request.kKind, options_.group));
  return {};
}

Status MemoryOutput::abort(std::chrono::milliseconds timeout) {
  if (!dead_.ok()) return dead_;
  if (state_ != State::kOpen) return {};
  dirty_ = true;
  if (anything_added_)
    LOCKSTEP_TRY(endTransaction(false, Deadline::in(connection_.clock(), timeout)));
  close();
  return {};
}

void MemoryOutput::close() {
  for (Target* to : active_) {
    to->active = to->added = false;
    to->sent = 0;
    to->blocks.clear();
  }
  active_.clear();
  unsent_bytes_ = 0;
  offsets_added_ = offsets_sent_ = anything_added_ = false;
  commit_since_.reset();
  broken_ = {};
  state_ = State::kReady;
}

Status MemoryOutput::flush(Deadline deadline) {
  if (transactional()) LOCKSTEP_TRY(addPartitions(deadline));
  // Partitions are sent independently of each other. Without transactions a reader can see in which
  // order: the last first (the ledger before the outputs), which nobody may rely upon not to
  // happen.
  if (!transactional()) {
    for (auto to = active_.rbegin(); to != active_.rend(); ++to)
      LOCKSTEP_TRY(sendBlocks(**to, deadline));
  } else {
    for (Target* to : active_) LOCKSTEP_TRY(sendBlocks(*to, deadline));
  }
  unsent_bytes_ = 0;
  return {};
}

Status MemoryOutput::addPartitions(Deadline deadline) {
  AddPartitionsToTxn request{name_, session_, {}};
  for (const Target* to : active_)
    if (!to->added) request.partitions.push_back(to->name);
  if (request.partitions.empty()) return {};
  anything_added_ = true;
  LOCKSTEP_ASSIGN(const auto reply, ask(request, deadline));
  if (reply.error != BrokerError::kNone)
    return failed(producerError(reply.error, request.kKind, toString(*request.partitions.front())));
  for (Target* to : active_) to->added = true;
  return {};
}

Status MemoryOutput::sendBlocks(Target& to, Deadline deadline) {
  for (; to.sent < to.blocks.size(); ++to.sent) {
    const SharedBlock& block = to.blocks[to.sent];
    const Produce request{name_, to.name, {session_, to.next_sequence, transactional(), block}};
    LOCKSTEP_ASSIGN(const auto reply, ask(request, deadline));
    if (reply.error != BrokerError::kNone)
      return failed(producerError(reply.error, request.kKind, toString(*to.name)));
    to.next_sequence += static_cast<std::int32_t>(block->records().size());
  }
  return {};
}

Status MemoryOutput::sendOffsets(std::span<const PartitionOffset> consumed,
                                 std::string_view metadata, Deadline deadline) {
  if (!offsets_added_) {
    const AddOffsetsToTxn request{name_, session_};
    anything_added_ = true;
    LOCKSTEP_ASSIGN(const auto reply, ask(request, deadline));
    if (reply.error != BrokerError::kNone)
      return failed(producerError(reply.error, request.kKind, options_.group));
    offsets_added_ = true;
  }
  if (!offsets_sent_) {
    const TxnOffsetCommit request{
        name_, session_, {consumed.begin(), consumed.end()}, std::string(metadata)};
    LOCKSTEP_ASSIGN(const auto reply, ask(request, deadline));
    if (reply.error != BrokerError::kNone)
      return failed(producerError(reply.error, request.kKind, options_.group));
    offsets_sent_ = true;
  }
  return {};
}

Status MemoryOutput::endTransaction(bool commit, Deadline deadline) {
  const EndTxn request{name_, session_, commit};
  const auto ended = ask(request, deadline);
  if (!ended.ok()) return ended.status();
  if (ended->error != BrokerError::kNone)
    return failed(producerError(ended->error, request.kKind, options_.transactional_id));
  return {};
}

}  // namespace lockstep::memory
