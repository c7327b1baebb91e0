#include "src/cli/status_line.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>

#include <fmt/chrono.h>

#include <lockstep/base/log.hpp>

namespace lockstep::cli {
namespace {

constexpr std::chrono::milliseconds kRefresh{250};
constexpr std::chrono::seconds kSummary{60};

double perSecond(std::uint64_t count, std::chrono::nanoseconds during) {
  const double seconds = std::chrono::duration<double>(during).count();
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

}  // namespace

StatusLine::StatusLine(std::string application)
    : application_(std::move(application)),
      terminal_(::isatty(STDERR_FILENO) != 0),
      shown_(systemClock().now()) {}

void StatusLine::onBatchCompleted(const BatchInfo& batch) {
  MutexLock lock(mutex_);
  ++since_.batches;
  since_.records_in += batch.records_in;
  since_.records_out += batch.records_out;
  since_.dead_letters += batch.dead_letters;
  since_.late += batch.late;
  receivers_.update(batch.receivers);
  log::debug("batch {} at {}: {} records in, {} out", batch.id.value(),
             batch.time.time_since_epoch().count(), batch.records_in, batch.records_out);
  if (terminal_ && systemClock().now() - shown_ >= kRefresh) return refresh(batch);
  summarizeWhenDue();
}

void StatusLine::onReceiver(const ReceiverInfo& receiver) {
  MutexLock lock(mutex_);
  receivers_.update(receiver);
  summarizeWhenDue();
}

void StatusLine::summarizeWhenDue() {
  if (!terminal_ && systemClock().now() - shown_ >= kSummary) summarize();
}

void StatusLine::finish() {
  MutexLock lock(mutex_);
  if (terminal_) fmt::print(stderr, "\n");
  summarize();
}

void StatusLine::refresh(const BatchInfo& batch) {
  const auto now = systemClock().now();
  const auto delay = systemClock().wallNow() - batch.time;
  fmt::print(stderr, "\r\033[K{} batch {:%H:%M:%S}  delay {} ms  in {:.0f}/s  out {:.0f}/s{}",
             application_, batch.time, delay.count(), perSecond(since_.records_in, now - shown_),
             perSecond(since_.records_out, now - shown_), receivers_.down());
  std::fflush(stderr);
  since_ = {};
  shown_ = now;
}

void StatusLine::summarize() {
  const auto now = systemClock().now();
  if (since_.batches > 0) {
    const std::string late = since_.late > 0 ? fmt::format(", {} late", since_.late) : "";
    log::info("{}: {} batches, {} records in, {} out, {} dead letters{} in {} s", application_,
              since_.batches, since_.records_in, since_.records_out, since_.dead_letters, late,
              std::chrono::duration_cast<std::chrono::seconds>(now - shown_).count());
  }
  const auto received = receivers_.takeSummary();
  if (received.alarming) {
    log::warn("{}: {}", application_, received.text);
  } else if (!received.text.empty()) {
    log::info("{}: {}", application_, received.text);
  }
  since_ = {};
  shown_ = now;
}

}  // namespace lockstep::cli
