#pragma once

#include <functional>
#include <optional>

#include <lockstep/base/bounded_queue.hpp>
#include <lockstep/base/clock.hpp>

#include "src/engine/engine.hpp"

namespace lockstep {

/// Runs the engine on the calling thread: takes events from a queue, hands its commands on, wakes
/// it when it asked to be woken. Thread: run() once, from the generator thread; post() from any.
class EngineLoop {
 public:
  /// `carry_out` starts a command and returns at once; its answer comes back through post().
  using CarryOut = std::function<void(Command)>;

  /// The last command, for what has to be kept of it.
  using OnStop = std::function<void(const command::Stop&)>;

  /// Called on the loop's thread when no event is queued, with the time at which the engine wants
  /// to be woken. Whatever it does, the loop then looks again.
  using WhenIdle = std::function<void(std::optional<Instant> wake)>;

  /// With `when_idle` the loop never waits: everything happens on its own thread.
  EngineLoop(EngineOptions options, Clock& clock, CarryOut carry_out, OnStop on_stop = {},
             WhenIdle when_idle = {});

  /// Returns when the engine has stopped: ok, or the error to exit with.
  [[nodiscard]] Status run();

  /// Engine::doneThrough(). Thread: that of run().
  [[nodiscard]] std::optional<BatchTime> doneThrough() const { return engine_.doneThrough(); }

  /// Reports a fact to the engine.
  void post(Event::Body fact);

 private:
  static constexpr std::size_t kEventsMax = 1024;

  void handle(std::vector<Command> commands);
  [[nodiscard]] std::optional<Event> nextEvent();

  Engine engine_;
  Clock& clock_;
  CarryOut carry_out_;
  OnStop on_stop_;
  WhenIdle when_idle_;
  BoundedQueue<Event> events_{kEventsMax, kEventsMax};
  bool stopped_ = false;
  Status outcome_;
};

}  // namespace lockstep
