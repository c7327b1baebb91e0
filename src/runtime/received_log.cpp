#include "src/runtime/received_log.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <lockstep/base/failpoint.hpp>

#include "src/runtime/append_all.hpp"

namespace lockstep {
namespace {

using std::chrono::milliseconds;

Failpoint kBegun{"receiver.begun"};
Failpoint kSent{"receiver.sent"};
Failpoint kCommitted{"receiver.committed"};

constexpr milliseconds kRequest{10'000};
constexpr milliseconds kTransaction{30'000};
constexpr milliseconds kPause{10};

Status failedBlock(const Failpoint& point) {
  return Status::retry(fmt::format("failpoint {}", point.name()));
}

milliseconds leftOf(Deadline deadline, const Clock& clock) {
  return std::max(deadline.left(clock), milliseconds(1));
}

}  // namespace

Status ReceivedLog::open() {
  LOCKSTEP_TRY(connect());
  if (ours_) return {};
  LOCKSTEP_TRY(transact({}));
  return {};
}

/// A producer that is initialised, and certainty about the last block.
Status ReceivedLog::connect() {
  if (output_ != nullptr && !output_->dirty()) return {};
  output_.reset();
  LOCKSTEP_ASSIGN(auto output, ports_.outputs->createOutput());
  LOCKSTEP_TRY(output->init(kRequest));
  LOCKSTEP_ASSIGN(const auto last, lastWritten());
  const auto own = fmt::format("{:016x}", owner_.nonce.value());
  const bool later = ours_ || last.incarnation > owner_.incarnation.value();
  if (later && !last.owner.empty() && last.owner != own) {  // empty: expired
    return Status::fatal(ExitCode::kOtherOwner, "E202",
                         fmt::format("another instance writes to {} now", names_.records.topic),
                         "run one instance per application");
  }
  if (under_way_ && last.owner == own && last.block == written_ + 1) {
    under_way_ = false;
    ours_ = true;
  }
  written_ = last.block;
  output_ = std::move(output);
  return {};
}

Result<ReceivedLog::Written> ReceivedLog::lastWritten() {
  LOCKSTEP_ASSIGN(const auto committed, ports_.cluster->committed({&names_.records, 1}, kRequest));
  Written last;
  LOCKSTEP_CHECK(committed.size() == 1, "one answer per partition");
  if (!committed.front().offset) return last;
  last.block = committed.front().offset->value();
  const std::string_view text = committed.front().metadata;
  constexpr std::string_view kOwn = "v1;own=";
  if (!text.starts_with(kOwn)) return last;
  const auto end = std::min(text.find(';', kOwn.size()), text.size());
  last.owner = text.substr(kOwn.size(), end - kOwn.size());
  constexpr std::string_view kClaim = ";inc=";
  if (text.substr(end).starts_with(kClaim))
    std::from_chars(text.data() + end + kClaim.size(), text.data() + text.size(), last.incarnation);
  return last;
}

std::string ReceivedLog::metadata() const {
  return fmt::format("v1;own={:016x};inc={}", owner_.nonce.value(), owner_.incarnation.value());
}

Result<std::map<std::string, std::string>> ReceivedLog::readPositions() {
  LOCKSTEP_CHECK(names_.positions.has_value(), "the source keeps positions");
  std::map<std::string, std::string> positions;
  LOCKSTEP_ASSIGN(const auto starts, ports_.cluster->logStarts({&*names_.positions, 1}, kRequest));
  LOCKSTEP_ASSIGN(const auto ends, ports_.cluster->lastStable({&*names_.positions, 1}, kRequest));
  if (starts.front() >= ends.front()) return positions;
  LOCKSTEP_ASSIGN(auto input, ports_.inputs->createInput());
  const PartitionOffset from{*names_.positions, starts.front()};
  LOCKSTEP_TRY(input->assign({&from, 1}));
  auto& partition = input->partition(*names_.positions);
  for (auto deadline = Deadline::in(clock_, kRequest);;) {
    LOCKSTEP_ASSIGN(const auto read, partition.read(ends.front(), deadline));
    if (read.chunk != nullptr) {
      for (const RecordView& record : read.chunk->records()) {
        const std::string key(record.key.value_or(""));
        if (record.value) positions[key] = *record.value;
        if (!record.value) positions.erase(key);
      }
      deadline = Deadline::in(clock_, kRequest);
    }
    if (read.complete) return positions;
    if (deadline.passed(clock_)) return Status::retry("the positions were not read in time");
  }
}

Status ReceivedLog::write(const Block& block) {
  const bool repeated = under_way_;
  LOCKSTEP_TRY(connect());
  if (repeated && !under_way_) return {};  // it was committed after all
  return transact(block);
}

/// One attempt. Whatever it leaves in doubt, the next connect() settles.
Status ReceivedLog::transact(const Block& block) {
  const auto deadline = Deadline::in(clock_, kTransaction);
  under_way_ = true;
  auto status = output_->begin();
  if (kBegun.fails() && status.ok()) status = failedBlock(kBegun);
  if (status.ok()) status = send(block, deadline);
  if (kSent.fails() && status.ok()) status = failedBlock(kSent);
  if (status.ok()) status = commit(deadline);
  if (kCommitted.fails() && status.ok()) status = failedBlock(kCommitted);  // it is committed
  if (status.ok()) {
    under_way_ = false;
    ours_ = true;
    ++written_;
    return {};
  }
  output_.reset();
  if (status.reaction() == Reaction::kFatal && !status.info().code.empty() &&
      (status.exitCode() == ExitCode::kPermission || status.exitCode() == ExitCode::kConfiguration))
    return status;
  return Status::retry(status.message());
}

Status ReceivedLog::send(const Block& block, Deadline deadline) {
  LOCKSTEP_TRY(append(names_.records, block.records.records(), deadline));
  if (block.positions.empty()) return {};
  position_records_.clear();
  for (const auto& [key, value] : block.positions) {
    EncodedRecord record;
    record.key = key;
    if (value) record.value = *value;
    record.timestamp = clock_.wallNow();
    position_records_.append(record);
  }
  return append(*names_.positions, position_records_.records(), deadline);
}

Status ReceivedLog::append(const TopicPartition& target, std::span<const EncodedRecord> records,
                           Deadline deadline) {
  return appendAll(*output_, target, records, {deadline, clock_, kPause});
}

Status ReceivedLog::commit(Deadline deadline) {
  const PartitionOffset number{names_.records, Offset{written_ + 1}};
  for (;;) {
    auto status = output_->commit({&number, 1}, metadata(), leftOf(deadline, clock_));
    if (status.ok() || status.reaction() != Reaction::kRetry || deadline.passed(clock_))
      return status;
    clock_.sleep(kPause);
  }
}

Result<Offset> ReceivedLog::end() {
  LOCKSTEP_ASSIGN(const auto ends, ports_.cluster->lastStable({&names_.records, 1}, kRequest));
  return ends.front();
}

Status ReceivedLog::trim(Offset processed) {
  const PartitionOffset before{names_.records, processed};
  return ports_.cluster->deleteRecords({&before, 1}, kRequest);
}

}  // namespace lockstep
