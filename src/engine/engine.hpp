#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "src/engine/commands.hpp"
#include "src/engine/engine_options.hpp"
#include "src/engine/events.hpp"

namespace lockstep {

/// The sans-IO core of Lockstep: decides what happens when. One single-threaded event loop without
/// clock, thread, random number, file or socket inside: `on(Event) -> Commands`.
/// docs/architecture.md tells a batch's whole way; docs/guarantees.md the rules that the engine
/// keeps.
///
/// Thread  One at a time. Deterministic: the same events give the same commands.
/// Life    start(), then on() for every event until a Stop command came out.
class Engine {
 public:
  explicit Engine(EngineOptions options);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// The first commands. REQUIRES: called once, before on().
  [[nodiscard]] std::vector<Command> start(Instant now, WallTime wall);

  /// Takes a fact, gives what follows from it. Illegal moves abort the process (LOCKSTEP_CHECK).
  [[nodiscard]] std::vector<Command> on(const Event& event);

  /// When the engine wants a TimePassed event, if nothing else happens before.
  [[nodiscard]] std::optional<Instant> wakeAt() const;

  /// The latest tick that is done with everything before it: its batches are decided, nothing of
  /// it is under way. Nothing while there is, and before the application runs.
  [[nodiscard]] std::optional<BatchTime> doneThrough() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
