#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "connectors/memory/memory_kafka.hpp"
#include "src/simulation/fault_run.hpp"

namespace lockstep::sim {

/// Runs a Subject without faults: one process, no fibers, virtual time. What a schedule of
/// runUnderFaults() is compared with. Thread: one; run() once.
class UndisturbedRun {
 public:
  /// `threads`: workers of the application, real ones.
  explicit UndisturbedRun(Subject& subject, std::uint32_t threads = 1);

  /// Returns how the application has ended; Subject::ended() was called if all went well.
  [[nodiscard]] Status run();
  /// Its Kafka, also after an error.
  [[nodiscard]] memory::Admin& kafka() { return kafka_.admin(); }

 private:
  /// Workers look at it and sleep, too.
  class SharedClock final : public Clock {
   public:
    explicit SharedClock(WallTime wall) : wall_(wall) {}
    [[nodiscard]] Instant now() const override { return Instant(std::chrono::nanoseconds(now_)); }
    [[nodiscard]] WallTime wallNow() const override {
      return wall_ + std::chrono::floor<std::chrono::milliseconds>(now().time_since_epoch());
    }
    void sleep(std::chrono::nanoseconds duration) override { advance(duration); }
    void advance(std::chrono::nanoseconds duration) { now_ += duration.count(); }

   private:
    const WallTime wall_;
    std::atomic<std::int64_t> now_{0};
  };

  void idle(std::optional<Instant> wake);
  void stop(std::optional<Instant> wake);
  void begin();

  Subject& subject_;
  const Subject::Plan plan_;
  const std::uint32_t threads_;
  SharedClock clock_;
  memory::MemoryKafka kafka_;
  Application* running_ = nullptr;
  std::size_t step_ = 0;          ///< the next to be fed
  std::optional<Instant> until_;  ///< when the last tick of the running step is due
  std::optional<Instant> asked_;  ///< when the engine last wanted to be woken at once
  bool stopping_ = false;
};

}  // namespace lockstep::sim
