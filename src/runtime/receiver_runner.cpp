#include "src/runtime/receiver_runner.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include <lockstep/base/error.hpp>
#include <lockstep/dstream/held_records.hpp>

namespace lockstep {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kRecordBytesMax = 900'000;
constexpr milliseconds kFirstRestart{500};
constexpr milliseconds kRestartMax{30'000};
/// What was taken is written for so long after the receiver was stopped.
constexpr std::chrono::seconds kLastBlock{10};
constexpr std::chrono::minutes kBetweenReminders{10};

ReceivedLog::Block encode(const std::vector<ReceivedRecord>& records, bool sequenced,
                          WallTime now) {
  ReceivedLog::Block block;
  for (const auto& received : records) {
    Header headers[2];
    std::size_t count = 0;
    const auto sequence = received.origin ? fmt::format("{}", received.origin->sequence) : "";
    if (sequenced && received.origin) {
      headers[count++] = {kSourceHeader, received.origin->source};
      headers[count++] = {kSequenceHeader, sequence};
    } else if (!received.problem.empty()) {
      headers[count++] = {kReceiveErrorHeader, received.problem};
    }
    EncodedRecord record;
    if (received.key) record.key = *received.key;
    record.value = received.value;
    record.timestamp = now;
    record.headers = {headers, count};
    block.records.append(record);
  }
  return block;
}

}  // namespace

ReceiverRunner::ReceiverRunner(Options options, std::unique_ptr<ReceivedLog> log, Clock& clock,
                               Fail fail)
    : options_(std::move(options)),
      clock_(clock),
      fail_(std::move(fail)),
      report_({options_.source.id, options_.source.kind, options_.listeners,
               [this] { return std::uint64_t{buffer_.waiting()}; }},
              clock),
      buffer_({options_.source.block_interval, options_.records_per_second}, clock) {
  if (log != nullptr)
    log_ = std::make_unique<LogWriter>(std::move(log), report_, clock,
                                       [this](milliseconds pause) { return wait(pause); });
}

void ReceiverRunner::start() {
  receiver().attach(weak_from_this());
  writer_ = std::thread([this] { writeBlocks(); });
  supervisor_ = std::thread([this] { supervise(); });
}

void ReceiverRunner::stop() {
  {
    MutexLock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  if (supervisor_.joinable()) supervisor_.join();
  buffer_.close();
  {
    MutexLock lock(mutex_);
    const auto until = clock_.now() + kLastBlock;
    while (writer_.joinable() && !given_up_ && clock_.now() < until)
      changed_.wait_for(lock, until - clock_.now());
    given_up_ = true;
    changed_.notify_all();
  }
  if (options_.source.held != nullptr) options_.source.held->close();
  if (writer_.joinable()) writer_.join();
}

void ReceiverRunner::processed(Offset next) {
  if (log_ != nullptr) log_->processed(next);
}

void ReceiverRunner::check(const ReceivedRecord& record) const {
  const auto& id = options_.source.id;
  if (record.value.size() > kRecordBytesMax)
    throw Error(Status::fatal(ExitCode::kData, "E263",
                              fmt::format("receiver '{}': a record of {} bytes, more than {}", id,
                                          record.value.size(), kRecordBytesMax),
                              "split it, or store where it is to be found"));
  if (options_.source.sequenced && !record.origin)
    throw Error(Status::fatal(
        ExitCode::kData, "E264",
        fmt::format("receiver '{}' is sequenced, and a record has no source and sequence", id),
        "store(element, {source, sequence}), or leave out .sequenced"));
}

bool ReceiverRunner::store(ReceivedRecord record, OnStored stored) {
  check(record);
  return buffer_.add(std::move(record), std::move(stored));
}

bool ReceiverRunner::storeBlock(std::vector<ReceivedRecord> records) {
  if (records.empty()) return true;
  for (const auto& record : records) check(record);
  const auto done = std::make_shared<bool>(false);
  for (std::size_t i = 0; i < records.size(); ++i) {
    OnStored stored;
    if (i + 1 == records.size()) {
      stored = [this, done] {
        MutexLock lock(mutex_);
        *done = true;
        changed_.notify_all();
      };
    }
    if (!buffer_.add(std::move(records[i]), std::move(stored))) return false;
  }
  buffer_.flush();
  MutexLock lock(mutex_);
  while (!*done && !given_up_) changed_.wait(lock);
  return *done;
}

void ReceiverRunner::restart(const std::string& message, std::optional<milliseconds> delay) {
  report_.failed(message);
  MutexLock lock(mutex_);
  restart_ = true;
  restart_delay_ = delay;
  changed_.notify_all();
}

void ReceiverRunner::stop(const std::string& message) {
  MutexLock lock(mutex_);
  if (!stopped_) stopped_ = message;
  changed_.notify_all();
}

bool ReceiverRunner::isStopped() const {
  MutexLock lock(mutex_);
  return !running_ || ending_ || stopped_;
}

/// The supervisor's thread: the only one that calls onStart() and onStop().
void ReceiverRunner::supervise() {
  for (;;) {
    MutexLock lock(mutex_);
    if (ending_ || stopped_) {
      const auto why = stopped_.value_or("");
      const bool by_itself = stopped_.has_value();
      lock.unlock();
      stopReceiver(why, by_itself ? SourceReport::Stop::kDown : SourceReport::Stop::kEnd);
      // One that has stopped by itself is easily forgotten: the log says it again.
      while (!awaitEnd(kBetweenReminders)) report_.remind();
      lock.lock();  // a MutexLock gives back what it has to hold at its end
      return;
    }
    if (std::exchange(restart_, false)) {
      const auto doubled = kFirstRestart * (1 << std::min(restarts_++, 6));
      start_at_ = clock_.now() + restart_delay_.value_or(std::min(doubled, kRestartMax));
      lock.unlock();
      report_.restarting();
      stopReceiver("to start again", SourceReport::Stop::kDown);
      lock.lock();
      continue;
    }
    const auto now = clock_.now();
    if (!running_ && open_ && now >= start_at_) {
      running_ = true;
      lock.unlock();
      startReceiver();
      lock.lock();
      continue;
    }
    if (!running_ && open_) {
      changed_.wait_for(lock, start_at_ - now);
    } else {
      changed_.wait(lock);
    }
  }
}

/// Whether the application ends, after so long at most.
bool ReceiverRunner::awaitEnd(std::chrono::minutes longest) {
  MutexLock lock(mutex_);
  const auto until = clock_.now() + longest;
  while (!ending_ && clock_.now() < until) changed_.wait_for(lock, until - clock_.now());
  return ending_;
}

void ReceiverRunner::startReceiver() {
  buffer_.accept(true);
  report_.started();
  try {
    receiver().onStart();
  } catch (const std::exception& error) {
    restart(fmt::format("onStart() failed: {}", error.what()), std::nullopt);
  }
}

void ReceiverRunner::stopReceiver(const std::string& why, SourceReport::Stop how) {
  {
    MutexLock lock(mutex_);
    if (!std::exchange(running_, false)) return;
  }
  buffer_.accept(false);
  try {
    receiver().onStop();
  } catch (const std::exception& error) {
    report_.failed(fmt::format("onStop() failed: {}", error.what()));
  }
  report_.stopped(why, how);
}

/// False once nothing is to be written any more.
bool ReceiverRunner::wait(milliseconds pause) {
  MutexLock lock(mutex_);
  const auto until = clock_.now() + pause;
  while (!given_up_ && clock_.now() < until) changed_.wait_for(lock, until - clock_.now());
  return !given_up_;
}

/// The writer's thread.
void ReceiverRunner::writeBlocks() {
  auto status = log_ == nullptr ? Status() : log_->open();
  if (status.ok()) {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  while (status.ok()) {
    auto block = buffer_.take();
    if (!block) break;
    if (!block->records.empty()) status = write(*block);
    if (log_ != nullptr) log_->trim();
  }
  if (!status.ok() && status.reaction() == Reaction::kFatal) {
    report_.failed(status.toString());
    stop(status.message());
    // Another instance: the engine finds that out by itself, and says so.
    if (status.exitCode() != ExitCode::kOtherOwner) fail_(status);
  }
  buffer_.close();
  MutexLock lock(mutex_);
  given_up_ = true;
  changed_.notify_all();
}

Status ReceiverRunner::write(BlockBuffer::Block& block) {
  const auto count = block.records.size();
  report_.storing(count);
  if (log_ == nullptr) {
    options_.source.held->put(std::move(block.records), clock_.wallNow());
  } else {
    LOCKSTEP_TRY(log_->write(encode(block.records, options_.source.sequenced, clock_.wallNow())));
  }
  report_.stored(count, block.bytes);
  {
    MutexLock lock(mutex_);
    restarts_ = 0;
  }
  for (const auto& stored : block.stored) stored();
  return {};
}

}  // namespace lockstep
