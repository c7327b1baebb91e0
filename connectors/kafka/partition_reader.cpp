#include "connectors/kafka/partition_reader.hpp"

#include <algorithm>

#include <lockstep/model/broker_errors.hpp>

#include "connectors/kafka/client_errors.hpp"

namespace lockstep::kafka {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMessagesAtOnce = 2000;
constexpr milliseconds kWaitSlice{100};
constexpr milliseconds kWakeEvery{2};
constexpr milliseconds kSeekMax{10'000};
constexpr milliseconds kLimitsMax{2'000};

/// The log's limits, for the message of an error; -1 where the broker does not answer.
std::int64_t limitOf(rd_kafka_t* client, const TopicPartition& partition, std::int64_t which) {
  const ListHandle list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(),
                                    partition.partition.value())
      ->offset = which;
  const auto error = rd_kafka_offsets_for_times(client, list.get(), toMilliseconds(kLimitsMax));
  const auto& answer = list->elems[0];
  return error != RD_KAFKA_RESP_ERR_NO_ERROR || answer.err != RD_KAFKA_RESP_ERR_NO_ERROR
             ? -1
             : answer.offset;
}

}  // namespace

void InputClient::wake(Instant now) {
  auto last = last_wake_ns.load(std::memory_order_relaxed);
  const auto now_ns = now.time_since_epoch().count();
  if (now_ns - last < std::chrono::nanoseconds(kWakeEvery).count()) return;
  if (!last_wake_ns.compare_exchange_strong(last, now_ns, std::memory_order_relaxed)) return;
  if (auto* error =
          rd_kafka_sasl_set_credentials(handle->get(), username.c_str(), password.c_str())) {
    rd_kafka_error_destroy(error);  // harmless: the fetcher wakes by itself within a second
  }
}

PartitionReader::PartitionReader(std::shared_ptr<InputClient> client, const PartitionOffset& start,
                                 Clock& clock)
    : client_(std::move(client)),
      pool_(std::make_shared<ChunkPool>(client_->handle, start.partition)),
      clock_(clock),
      queue_(rd_kafka_queue_get_partition(client_->handle->get(), start.partition.topic.c_str(),
                                          start.partition.partition.value())),
      topic_(makeTopic(*client_->handle, start.partition.topic)),
      position_(start.next),
      fetched_(start.next),
      incoming_(kMessagesAtOnce) {
  // A queue of its own, set before the assignment: no message ever reaches the common queue.
  if (queue_ != nullptr) rd_kafka_queue_forward(queue_.get(), nullptr);
}

PartitionReader::~PartitionReader() { dropArrived(); }

void PartitionReader::dropArrived() {
  for (std::size_t i = next_; i < arrived_.size(); ++i) rd_kafka_message_destroy(arrived_[i]);
  arrived_.clear();
  next_ = 0;
}

Status PartitionReader::seek(Offset next) {
  if (next == position_ && !lost_) return {};
  lost_ = true;
  dropArrived();
  end_seen_ = Offset{-1};
  client_position_counts_ = false;
  // Sets a barrier at once: messages fetched for the old position never leave the queue.
  const auto error = rd_kafka_seek(topic_.get(), pool_->source().partition.value(), next.value(),
                                   toMilliseconds(kSeekMax));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return client_->handle->explain(toStatus(error, toString(pool_->source())));
  }
  position_ = next;
  fetched_ = next;
  lost_ = false;
  return {};
}

Result<RangeRead> PartitionReader::read(Offset until, Deadline deadline) {
  if (lost_) return Status::abort(toString(pool_->source()) + ": the position is lost, seek again");
  RangeRead result;
  if (position_ >= until) {
    result.complete = true;
    return result;
  }
  auto buffer = pool_->take();
  for (;;) {
    if (next_ == arrived_.size()) LOCKSTEP_TRY(fill(deadline));
    wakeFetcher();
    if (drain(until, *buffer) || endSeen(until)) {
      position_ = until;
      result.complete = true;
    } else if (position_ >= until) {
      result.complete = true;
    }
    if (result.complete || !buffer->empty() || deadline.passed(clock_)) break;
  }
  if (buffer->empty()) {
    pool_->giveBack(std::move(buffer));
  } else {
    buffer->slice(pool_->source());
    result.chunk = std::make_unique<MessageChunk>(pool_, std::move(buffer));
  }
  return result;
}

Status PartitionReader::fill(Deadline deadline) {
  arrived_.clear();
  next_ = 0;
  // The batch call waits for a full batch: without waiting it takes what is there, and a call for
  // one message does the waiting.
  auto count = rd_kafka_consume_batch_queue(queue_.get(), 0, incoming_.data(), incoming_.size());
  if (count <= 0) {
    const auto wait = std::min(deadline.left(clock_), kWaitSlice);
    rd_kafka_message_t* first = rd_kafka_consume_queue(queue_.get(), toMilliseconds(wait));
    if (first == nullptr) {
      client_->handle->serve();
      return client_->handle->loginStatus();
    }
    LOCKSTEP_TRY(accept(first));
    count = rd_kafka_consume_batch_queue(queue_.get(), 0, incoming_.data(), incoming_.size());
  }
  Status status;
  for (ssize_t i = 0; i < count; ++i) {
    rd_kafka_message_t* message = incoming_[static_cast<std::size_t>(i)];
    if (status.ok()) {
      status = accept(message);
    } else {
      rd_kafka_message_destroy(message);
    }
  }
  return status;
}

void PartitionReader::wakeFetcher() {
  if (client_->needs_waking && rd_kafka_queue_length(queue_.get()) < client_->queued_min) {
    client_->wake(clock_.now());
  }
}

Status PartitionReader::accept(rd_kafka_message_t* message) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) [[likely]] {
    client_position_counts_ = true;
    if (message->offset >= fetched_.value()) [[likely]] {
      fetched_ = Offset{message->offset + 1};
      arrived_.push_back(message);
    } else {
      rd_kafka_message_destroy(message);  // of before a rewind, or fetched twice
    }
    return {};
  }
  Status status;
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    end_seen_ = Offset{message->offset};
  } else if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
             message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    status = outOfRange();
  } else {
    status = toStatus(message->err, toString(pool_->source()), rd_kafka_message_errstr(message));
    // The client goes on by itself after a transient error.
    if (status.reaction() == Reaction::kRetry) status = {};
  }
  rd_kafka_message_destroy(message);
  return status;
}

bool PartitionReader::drain(Offset until, ChunkBuffer& buffer) {
  while (next_ < arrived_.size()) {
    rd_kafka_message_t* message = arrived_[next_];
    if (message->offset >= until.value()) return true;
    ++next_;
    buffer.add(message);
    position_ = Offset{message->offset + 1};
  }
  return false;
}

bool PartitionReader::endSeen(Offset until) const {
  if (next_ < arrived_.size()) return false;
  if (end_seen_ >= until) return true;
  if (!client_position_counts_) return false;
  const ListHandle list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), pool_->source().topic.c_str(),
                                    pool_->source().partition.value());
  // Moves on over control records, which are never delivered.
  return rd_kafka_position(client_->handle->get(), list.get()) == RD_KAFKA_RESP_ERR_NO_ERROR &&
         list->elems[0].offset >= until.value();
}

Status PartitionReader::outOfRange() const {
  rd_kafka_t* client = client_->handle->get();
  const auto start = limitOf(client, pool_->source(), RD_KAFKA_OFFSET_BEGINNING);
  const auto end = limitOf(client, pool_->source(), RD_KAFKA_OFFSET_END);
  return offsetOutOfRange({pool_->source(), position_}, Offset{start}, Offset{end});
}

}  // namespace lockstep::kafka
