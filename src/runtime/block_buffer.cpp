#include "src/runtime/block_buffer.hpp"

#include <algorithm>
#include <utility>

namespace lockstep {
namespace {

/// So much of the rate may be used at once after a pause.
constexpr std::chrono::milliseconds kBurst{100};

}  // namespace

void BlockBuffer::accept(bool on) {
  MutexLock lock(mutex_);
  accepting_ = on;
  changed_.notify_all();
}

bool BlockBuffer::awaitTurn(MutexLock& lock) {
  for (;;) {
    if (!accepting_ || closed_) return false;
    const auto now = clock_.now();
    if (full()) {
      changed_.wait(lock);
    } else if (options_.records_per_second && now < next_record_) {
      changed_.wait_for(lock, next_record_ - now);
    } else {
      return true;
    }
  }
}

bool BlockBuffer::add(ReceivedRecord record, OnStored stored) {
  MutexLock lock(mutex_);
  if (!awaitTurn(lock)) return false;
  if (options_.records_per_second) {
    const auto step = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(1.0 / *options_.records_per_second));
    next_record_ = std::max(next_record_, clock_.now() - kBurst) + step;
  }
  block_.bytes += record.value.size() + (record.key ? record.key->size() : 0);
  block_.records.push_back(std::move(record));
  if (stored) block_.stored.push_back(std::move(stored));
  if (full()) changed_.notify_all();
  return true;
}

void BlockBuffer::flush() {
  MutexLock lock(mutex_);
  flush_ = true;
  changed_.notify_all();
}

std::optional<BlockBuffer::Block> BlockBuffer::take() {
  MutexLock lock(mutex_);
  const auto until = clock_.now() + options_.interval;
  while (!closed_ && !full() && !flush_ && clock_.now() < until)
    changed_.wait_for(lock, until - clock_.now());
  if (closed_ && block_.records.empty()) return std::nullopt;
  flush_ = false;
  auto taken = std::exchange(block_, {});
  changed_.notify_all();
  return taken;
}

std::size_t BlockBuffer::waiting() const {
  MutexLock lock(mutex_);
  return block_.records.size();
}

void BlockBuffer::close() {
  MutexLock lock(mutex_);
  closed_ = true;
  accepting_ = false;
  changed_.notify_all();
}

}  // namespace lockstep
