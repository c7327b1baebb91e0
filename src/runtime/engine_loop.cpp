#include "src/runtime/engine_loop.hpp"

#include <algorithm>

namespace lockstep {
namespace {

constexpr std::chrono::seconds kWaitMax{1};

}  // namespace

EngineLoop::EngineLoop(EngineOptions options, Clock& clock, CarryOut carry_out, OnStop on_stop,
                       WhenIdle when_idle)
    : engine_(std::move(options)),
      clock_(clock),
      carry_out_(std::move(carry_out)),
      on_stop_(std::move(on_stop)),
      when_idle_(std::move(when_idle)) {}

Status EngineLoop::run() {
  handle(engine_.start(clock_.now(), clock_.wallNow()));
  while (!stopped_) {
    auto event = nextEvent();
    if (!event) event = Event{{}, {}, event::TimePassed{}};
    // Stamped here, not where it was posted: the engine sees time go forward only.
    event->now = clock_.now();
    event->wall = clock_.wallNow();
    handle(engine_.on(*event));
  }
  return outcome_;
}

std::optional<Event> EngineLoop::nextEvent() {
  if (when_idle_) {
    if (events_.size() == 0) when_idle_(engine_.wakeAt());
    return events_.size() == 0 ? std::nullopt : events_.pop();
  }
  std::chrono::nanoseconds wait = kWaitMax;
  if (const auto wake = engine_.wakeAt()) {
    wait = std::clamp<std::chrono::nanoseconds>(*wake - clock_.now(), std::chrono::nanoseconds(0),
                                                kWaitMax);
  }
  return events_.pop(wait);
}

void EngineLoop::post(Event::Body fact) { events_.push({{}, {}, std::move(fact)}); }

void EngineLoop::handle(std::vector<Command> commands) {
  for (auto& command : commands) {
    if (const auto* stop = std::get_if<command::Stop>(&command)) {
      stopped_ = true;
      outcome_ = stop->status;
      if (on_stop_) on_stop_(*stop);
    } else {
      carry_out_(std::move(command));
    }
  }
}

}  // namespace lockstep
