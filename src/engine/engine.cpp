#include "src/engine/engine.hpp"

#include <algorithm>
#include <utility>

#include "src/engine/engine_impl.hpp"

namespace lockstep {

Engine::Engine(EngineOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

std::vector<Command> Engine::start(Instant now, WallTime wall) { return impl_->start(now, wall); }
std::vector<Command> Engine::on(const Event& event) { return impl_->on(event); }
std::optional<Instant> Engine::wakeAt() const { return impl_->wakeAt(); }
std::optional<BatchTime> Engine::doneThrough() const { return impl_->doneThrough(); }

Engine::Impl::Impl(EngineOptions options)
    : options_(std::move(options)),
      fencing_(options_.nonce),
      checkpoints_(!options_.state.empty(), options_.checkpoint_interval,
                   options_.changelog_tail_max),
      span_budget_(options_.batch_interval, options_.output_queue_bytes_max.count / 2),
      rate_control_(options_.rate, options_.batch_interval),
      ticks_until_(options_.ticks_until) {}

std::vector<Command> Engine::Impl::start(Instant now, WallTime wall) {
  now_ = now;
  wall_ = wall;
  start_deadline_ = now + options_.start_timeout;
  const bool watch = options_.yield_to && !options_.takeover;
  life_.move(watch ? ApplicationState::kWatching : ApplicationState::kClaiming);
  pump();
  return std::exchange(out_, {});
}

std::vector<Command> Engine::Impl::on(const Event& event) {
  if (stopped()) return {};
  now_ = std::max(now_, event.now);
  wall_ = event.wall;
  std::visit([this](const auto& body) { handle(body); }, event.body);
  pump();
  return std::exchange(out_, {});
}

/// Every part does what it can do now. The order matters where one part's doing is another's
/// chance: a settled batch makes room to plan, a planned one can run.
void Engine::Impl::pump() {
  const auto parts = {&Impl::pumpStarting,     &Impl::pumpProducer, &Impl::pumpRestoring,
                      &Impl::settleIdle,       &Impl::pumpFailure,  &Impl::pumpIdentity,
                      &Impl::pumpTransactions, &Impl::pumpPlanning, &Impl::pumpBatches,
                      &Impl::pumpCheckpoint,   &Impl::pumpDraining};
  for (const auto part : parts) {
    if (stopped()) return;
    (this->*part)();
  }
}

void Engine::Impl::stop(Status status, std::optional<Nonce> yield_to) {
  if (stopped()) return;
  life_.move(ApplicationState::kStopped);
  out_.push_back(command::Stop{std::move(status), yield_to});
}

void Engine::Impl::fail(Status status) {
  if (producer_.is(ProducerState::kInTransaction)) {
    if (!ending_) ending_ = std::move(status);
  } else {
    stop(std::move(status));
  }
}

void Engine::Impl::report(command::Report::Level level, std::string text) {
  out_.push_back(command::Report{level, std::move(text)});
}

/// Only moments to come: what is due now and was not done waits for another event.
std::optional<Instant> Engine::Impl::wakeAt() const {
  std::optional<Instant> wake;
  const auto consider = [&](Instant at) {
    if (at > now_ && (!wake || at < *wake)) wake = at;
  };
  if (stopped()) return std::nullopt;
  consider(producer_backoff_.until());
  consider(control_backoff_.until());
  consider(rerun_backoff_.until());
  if (life_.is(ApplicationState::kWatching)) {
    consider(watch_.lookAgainAt());
    consider(start_deadline_ + OwnerWatch::kSilence);
  }
  if (!claimed_) consider(start_deadline_);
  if (claimed_) consider(keep_alive_.dueAt());
  if (running()) {
    if (checkpoints_.stateful()) consider(checkpoints_.dueAt(committed_.batch().id));
    if (ticks_ && (!options_.until_end || paced_)) {
      const auto next = ticks_->after(dueTick().value_or(ticks_->before(ticks_->first())));
      if (!ticks_until_ || next <= *ticks_until_) consider(ticks_->dueAt(next));
    }
  }
  return wake;
}

}  // namespace lockstep
