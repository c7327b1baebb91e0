#include "connectors/kafka/kafka_output.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <lockstep/base/failpoint.hpp>

#include "connectors/kafka/client_errors.hpp"

namespace lockstep::kafka {

namespace {

using std::chrono::milliseconds;

Failpoint kTxnBegun{"txn.begun"};
Failpoint kProduceFirst{"produce.first"};
Failpoint kProduceMid{"produce.mid"};
Failpoint kProduceLast{"produce.last"};
Failpoint kOffsetsBeforeSend{"offsets.before_send"};
Failpoint kOffsetsAfterAck{"offsets.after_ack"};
Failpoint kCommitBeforeRpc{"commit.before_rpc"};
Failpoint kCommitReturned{"commit.returned"};
Failpoint kProducerRebuild{"producer.rebuild"};

constexpr milliseconds kAbortSlice{5};
constexpr milliseconds kRegistrationMax{100};
constexpr milliseconds kRegistrationPoll{1};

Status injected(const Failpoint& point) {
  return Status::abort(fmt::format("failpoint {}", point.name()));
}

}  // namespace

KafkaOutput::KafkaOutput(const KafkaConnection& connection, ClientSettings settings, bool rebuild,
                         Clock& clock, std::unique_ptr<OffsetCommitter> offsets)
    : settings_(std::move(settings)),
      slow_commit_(requestTimeout(connection)),
      rebuild_(rebuild),
      clock_(clock),
      offsets_(std::move(offsets)),
      group_(rd_kafka_consumer_group_metadata_new(connection.application.c_str())) {}

KafkaOutput::~KafkaOutput() {
  const bool registering = transactional() && state_ == State::kOpen && appended_;
  if (producer_ != nullptr && registering) settleRegistration();
}

void KafkaOutput::settleRegistration() {
  const auto deadline = Deadline::in(clock_, kRegistrationMax);
  while (!producer_->watch.partitionsAnswered() && !deadline.passed(clock_)) {
    clock_.sleep(kRegistrationPoll);
  }
  clock_.sleep(kRegistrationPoll);  // seen on the broker's thread, handled on the main one
}

Status KafkaOutput::keep(Status status) {
  if (!status.ok() && status.reaction() == Reaction::kFatal) dead_ = status;
  return status;
}

Status KafkaOutput::init(milliseconds timeout) {
  LOCKSTEP_TRY(dead_);
  LOCKSTEP_CHECK(state_ == State::kNew, "init() was done before");
  if (start_ == nullptr) {
    if (rebuild_) kProducerRebuild.hit();
    start_ = std::make_unique<ProducerStart>(settings_, clock_);
  }
  LOCKSTEP_TRY(keep(transactional() ? start_->start(timeout) : start_->makeProducer()));
  producer_ = start_->take();
  start_.reset();
  sender_ = std::make_unique<RecordSender>(*producer_->client, producer_->timestamps, clock_);
  state_ = State::kReady;
  return {};
}

Status KafkaOutput::begin() {
  LOCKSTEP_TRY(dead_);
  LOCKSTEP_CHECK(state_ == State::kReady, "begin() needs init() and no open transaction");
  if (transactional()) {
    LOCKSTEP_TRY(keep(takeError(rd_kafka_begin_transaction(producer_->client->get()), "begin")));
  }
  state_ = State::kOpen;
  producer_->watch.begin();
  appended_ = false;
  commit_began_.reset();
  sender_->begin();
  return kTxnBegun.fails() ? injected(kTxnBegun) : Status{};
}

Status KafkaOutput::append(const TopicPartition& target, std::span<const EncodedRecord> records,
                           Deadline deadline, std::size_t& appended) {
  LOCKSTEP_TRY(dead_);
  LOCKSTEP_CHECK(state_ == State::kOpen, "append() needs an open transaction");
  if (records.empty()) return {};
  auto& point = appended_ ? kProduceMid : kProduceFirst;
  if (point.fails()) return injected(point);
  appended_ = true;
  return keep(sender_->append(target, records, deadline, appended));
}

Status KafkaOutput::commit(std::span<const PartitionOffset> consumed, std::string_view metadata,
                           milliseconds timeout) {
  LOCKSTEP_TRY(dead_);
  LOCKSTEP_CHECK(
      state_ == State::kOpen || state_ == State::kOffsetsSent || state_ == State::kEnding,
      "commit() needs an open transaction");
  LOCKSTEP_CHECK(!consumed.empty(), "a transaction commits the offsets of all partitions");
  if (!commit_began_) commit_began_ = clock_.now();
  producer_->watch.enter(WireWatch::Phase::kCommitting);
  auto status = commitSteps(consumed, metadata, Deadline::in(clock_, timeout));
  producer_->watch.enter(WireWatch::Phase::kOther);
  // A request that took that long was repeated, and a copy of it may come late.
  if (transactional() && clock_.now() - *commit_began_ > slow_commit_) dirty_ = true;
  return keep(std::move(status));
}

Status KafkaOutput::commitSteps(std::span<const PartitionOffset> consumed,
                                std::string_view metadata, Deadline deadline) {
  if (state_ == State::kOpen) {
    if (kProduceLast.fails()) return injected(kProduceLast);
    if (transactional()) LOCKSTEP_TRY(sendOffsets(consumed, metadata, deadline));
    state_ = State::kOffsetsSent;
  }
  if (state_ == State::kOffsetsSent) {
    LOCKSTEP_TRY(sender_->flush(deadline));
    if (kCommitBeforeRpc.fails()) return injected(kCommitBeforeRpc);
    state_ = State::kEnding;
  }
  return transactional() ? endTransaction(deadline) : commitOffsets(consumed, metadata, deadline);
}

Status KafkaOutput::sendOffsets(std::span<const PartitionOffset> consumed,
                                std::string_view metadata, Deadline deadline) {
  if (kOffsetsBeforeSend.fails()) return injected(kOffsetsBeforeSend);
  const auto list = offsetList(consumed, metadata);
  auto status = takeError(
      rd_kafka_send_offsets_to_transaction(producer_->client->get(), list.get(), group_.get(),
                                           toMilliseconds(deadline.left(clock_))),
      "offsets");
  if (!status.ok()) {
    sender_->serveReports();
    // The broker's own words about a record say more than "the transaction has failed".
    if (status.reaction() == Reaction::kAbort && !sender_->deliveryFailure().ok()) {
      return sender_->deliveryFailure();
    }
    return producer_->client->explain(std::move(status));
  }
  return kOffsetsAfterAck.fails() ? injected(kOffsetsAfterAck) : Status{};
}

Status KafkaOutput::endTransaction(Deadline deadline) {
  auto status = takeError(
      rd_kafka_commit_transaction(producer_->client->get(), toMilliseconds(deadline.left(clock_))),
      "commit");
  if (!status.ok()) {
    sender_->serveReports();
    return producer_->client->explain(std::move(status));
  }
  state_ = State::kReady;
  if (kCommitReturned.fails()) {
    return Status::fatal(ExitCode::kRestart, "E243", "commit: failpoint commit.returned");
  }
  return {};
}

/// Every record is acknowledged: now, and not before, its input counts as read.
Status KafkaOutput::commitOffsets(std::span<const PartitionOffset> consumed,
                                  std::string_view metadata, Deadline deadline) {
  if (kOffsetsBeforeSend.fails()) return injected(kOffsetsBeforeSend);
  LOCKSTEP_TRY(offsets_->commit(consumed, metadata, deadline));
  state_ = State::kReady;
  if (kOffsetsAfterAck.fails()) {
    return Status::fatal(ExitCode::kRestart, "E243", "commit: failpoint offsets.after_ack");
  }
  return {};
}

/// What was sent stays. What is on its way is waited for, so that it does not come behind the
/// records of the next attempt.
void KafkaOutput::giveUp(Deadline deadline) {
  if (producer_ == nullptr) return;
  auto* client = producer_->client->get();
  rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE);
  do {
    sender_->serveReports();
    rd_kafka_flush(client, toMilliseconds(std::min(deadline.left(clock_), kAbortSlice)));
  } while (rd_kafka_outq_len(client) > 0 && !deadline.passed(clock_));
  sender_.reset();
  producer_.reset();
}

Status KafkaOutput::abort(milliseconds timeout) {
  LOCKSTEP_TRY(dead_);
  if (state_ == State::kNew || state_ == State::kReady) return {};
  dirty_ = true;
  if (!transactional()) {
    giveUp(Deadline::in(clock_, timeout));
    return {};
  }
  state_ = State::kAborting;
  producer_->watch.enter(WireWatch::Phase::kAborting);
  const auto deadline = Deadline::in(clock_, timeout);
  Status status;
  do {
    // In slices: aborting waits for the reports of purged records, which only we can take.
    const auto slice = std::min(deadline.left(clock_), kAbortSlice);
    status = takeError(rd_kafka_abort_transaction(producer_->client->get(), toMilliseconds(slice)),
                       "abort");
    sender_->serveReports();
  } while (!status.ok() && status.reaction() == Reaction::kRetry && !deadline.passed(clock_));
  producer_->watch.enter(WireWatch::Phase::kOther);
  if (status.ok()) state_ = State::kReady;
  return keep(producer_->client->explain(std::move(status)));
}

bool KafkaOutput::dirty() const {
  return dirty_ || (producer_ != nullptr && producer_->watch.doubtful());
}

void KafkaOutputFactory::limitBatches(Bytes bytes_max) {
  connection_.output_batch_bytes_max = std::min(connection_.output_batch_bytes_max, bytes_max);
}

Result<std::unique_ptr<TransactionalOutput>> KafkaOutputFactory::createOutput() {
  LOCKSTEP_ASSIGN(auto settings, outputSettings(connection_));
  const bool rebuild = std::exchange(made_before_, true);
  std::unique_ptr<OffsetCommitter> offsets;
  if (connection_.guarantee == Guarantee::kAtLeastOnce) {
    LOCKSTEP_ASSIGN(offsets, OffsetCommitter::create(connection_, clock_));
  }
  return std::unique_ptr<TransactionalOutput>(std::make_unique<KafkaOutput>(
      connection_, std::move(settings), rebuild, clock_, std::move(offsets)));
}

}  // namespace lockstep::kafka
