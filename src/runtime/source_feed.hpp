#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "src/runtime/log_writer.hpp"
#include "src/runtime/source_report.hpp"

namespace lockstep {

/// What the reader of a source with positions does, block by block: takes the log over, goes on at
/// the positions that are kept there, writes lines and the positions behind them in one
/// transaction. Without thread, folder or time of its own: FileFeeder and the simulator run it.
/// Thread: one; complete() from any.
class SourceFeed {
 public:
  /// The next block; without positions there is nothing new. What was returned counts as read.
  /// kRetry: not now.
  using Next = std::function<Result<ReceivedLog::Block>()>;
  /// Opens the source at what was read of it, by name.
  using Open = std::function<Result<Next>(const std::map<std::string, std::string>& positions)>;

  struct Options {
    bool until_end = false;               ///< ends when everything that is there was read
    std::chrono::milliseconds poll{500};  ///< between two looks when there is nothing new
  };

  /// `wait` as LogWriter's.
  SourceFeed(Options options, LogWriter& log, SourceReport& report, Open open, LogWriter::Wait wait)
      : options_(options),
        log_(log),
        report_(report),
        open_(std::move(open)),
        wait_(std::move(wait)) {}

  /// Returns when the source has to end, or is read to its end. Fails for good only: kFatal, or
  /// kAbort when it had to end first.
  Status run();
  /// Whether it was read to its end.
  [[nodiscard]] bool complete() const { return complete_.load(); }

 private:
  /// Whether there was something.
  Result<bool> feedOnce(const Next& next);

  const Options options_;
  LogWriter& log_;
  SourceReport& report_;
  const Open open_;
  const LogWriter::Wait wait_;
  std::atomic<bool> complete_{false};
  int blocks_ = 0;
};

}  // namespace lockstep
