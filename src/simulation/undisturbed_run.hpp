#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "connectors/memory/memory_kafka.hpp"
#include "connectors/memory/virtual_clock.hpp"
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
  void idle(std::optional<Instant> wake);
  void stop(std::optional<Instant> wake);
  void begin();

  Subject& subject_;
  const Subject::Plan plan_;
  const std::uint32_t threads_;
  memory::VirtualClock clock_;  ///< workers look at it, too
  memory::MemoryKafka kafka_;
  Application* running_ = nullptr;
  std::size_t step_ = 0;          ///< the next to be fed
  std::optional<Instant> until_;  ///< when the last tick of the running step is due
  std::optional<Instant> asked_;  ///< when the engine last wanted to be woken at once
  bool stopping_ = false;
};

}  // namespace lockstep::sim
