#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "src/runtime/received_log.hpp"
#include "src/runtime/source_report.hpp"

namespace lockstep {

/// Writes a source's blocks to its log with the patience that brokers need: what is not possible
/// now is tried again, with pauses, until it works or the source has to end.
/// Thread: the source's writer; processed() from any.
class LogWriter {
 public:
  /// Waits so long, or less when the source has to end; false: it has to end now.
  using Wait = std::function<bool(std::chrono::milliseconds)>;

  LogWriter(std::unique_ptr<ReceivedLog> log, SourceReport& report, Clock& clock, Wait wait)
      : log_(std::move(log)), report_(report), clock_(clock), wait_(std::move(wait)) {}

  /// kAbort: the source ended first. Other errors are for good.
  Status open();
  Status write(const ReceivedLog::Block& block);
  [[nodiscard]] Result<std::map<std::string, std::string>> readPositions();
  /// Deletes what was processed, now and then. Failures are harmless: later.
  void trim();
  void processed(Offset next) { processed_.store(next.value()); }
  /// Records that wait to be processed, as last asked.
  [[nodiscard]] std::int64_t backlog();

 private:
  template <class Call>
  auto patiently(const char* what, const Call& call) -> decltype(call());

  const std::unique_ptr<ReceivedLog> log_;
  SourceReport& report_;
  Clock& clock_;
  const Wait wait_;
  std::atomic<std::int64_t> processed_{0};
  std::int64_t trimmed_ = 0;
  Instant trim_at_{};
};

}  // namespace lockstep
