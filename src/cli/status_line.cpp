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

void StatusLine::onBatch(const BatchPlan& plan, const BatchCounters& counters) {
  MutexLock lock(mutex_);
  ++since_.batches;
  since_.records_in += counters.records_in;
  since_.records_out += counters.records_out;
  for (const auto& [where, count] : counters.dead_letters) since_.dead_letters += count;
  for (const auto& [step, count] : counters.dropped) since_.late += count;
  log::debug("batch {} at {}: {} records in, {} out", plan.id.value(),
             plan.time.time_since_epoch().count(), counters.records_in, counters.records_out);
  const auto age = systemClock().now() - shown_;
  if (terminal_ && age >= kRefresh) return refresh(plan);
  if (!terminal_ && age >= kSummary) summarize();
}

void StatusLine::finish() {
  MutexLock lock(mutex_);
  if (terminal_) fmt::print(stderr, "\n");
  summarize();
}

void StatusLine::refresh(const BatchPlan& plan) {
  const auto now = systemClock().now();
  const auto delay = systemClock().wallNow() - plan.time;
  fmt::print(stderr, "\r\033[K{} batch {:%H:%M:%S}  delay {} ms  in {:.0f}/s  out {:.0f}/s",
             application_, plan.time, delay.count(), perSecond(since_.records_in, now - shown_),
             perSecond(since_.records_out, now - shown_));
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
  since_ = {};
  shown_ = now;
}

}  // namespace lockstep::cli
