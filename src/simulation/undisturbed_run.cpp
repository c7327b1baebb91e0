#include "src/simulation/undisturbed_run.hpp"

#include <algorithm>
#include <utility>

#include "src/runtime/port_factories.hpp"

namespace lockstep::sim {

using std::chrono::milliseconds;

UndisturbedRun::UndisturbedRun(Subject& subject, std::uint32_t threads)
    : subject_(subject),
      plan_(subject.plan()),
      threads_(threads),
      clock_(plan_.start + milliseconds(1)),
      kafka_(clock_) {}

Status UndisturbedRun::run() {
  subject_.prepare(kafka_.admin());
  auto made = subject_.make();
  if (!made.ok()) return made.status();
  auto spec = std::move(made).value();
  spec.threads = threads_;
  spec.when_idle = [this](std::optional<Instant> wake) { idle(wake); };
  Application application(std::move(spec),
                          makeMemoryPorts(kafka_, plan_.application, plan_.guarantee), clock_);
  running_ = &application;
  auto status = application.run();
  if (status.ok()) subject_.ended(kafka_.admin());
  return status;
}

/// Called inside Application::run() whenever only time can bring something new.
void UndisturbedRun::idle(std::optional<Instant> wake) {
  const auto now = clock_.now();
  if (wake && *wake <= now && std::exchange(asked_, now) != now) return;  // it gets its turn
  if (until_ && now < *until_) {
    auto next = std::min(*until_, wake.value_or(*until_));
    if (const auto due = kafka_.nextDue()) next = std::min(next, *due);
    clock_.advance(std::max<std::chrono::nanoseconds>(next - now, milliseconds(1)));
    return;
  }
  if (until_) subject_.decided(kafka_.admin(), step_ - 1);
  if (step_ == plan_.steps.size()) return stop(wake);
  begin();
}

/// Also while the application ends: time goes on.
void UndisturbedRun::stop(std::optional<Instant> wake) {
  until_.reset();
  if (!std::exchange(stopping_, true)) return running_->requestStop();
  const auto pause = wake ? *wake - clock_.now() : std::chrono::nanoseconds(0);
  clock_.advance(std::max<std::chrono::nanoseconds>(pause, milliseconds(1)));
}

/// Feeds the records of a step and sets the time at which its last tick is due.
void UndisturbedRun::begin() {
  const auto since = clock_.wallNow().time_since_epoch();
  const auto tick = since - since % plan_.interval + plan_.interval;  // the next one
  subject_.feed(kafka_.admin(), step_, WallTime(tick));
  until_ = clock_.now() + (tick - since) + (plan_.steps[step_++] - 1) * plan_.interval;
}

}  // namespace lockstep::sim
