#include "src/simulation/sim_process.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::sim {
namespace {

constexpr std::chrono::seconds kLookAgain{1};

}  // namespace

SimProcess::SimProcess(Scheduler& scheduler, Clock& clock, SimDisk& disk, Parts parts)
    : scheduler_(scheduler),
      clock_(clock),
      process_{std::move(parts.name), {}},
      on_end_(std::move(parts.on_end)) {
  auto& spec = parts.spec;
  spec.state_dir.reset();
  spec.threads = 1;
  spec.when_idle = [this](std::optional<Instant> wake) { wait(wake); };
  spec.simulated =
      ApplicationSpec::Simulated{this,
                                 [&disk, &clock, hooks = std::move(parts.disk_hooks)] {
                                   return std::make_unique<SimStore>(disk, clock, hooks);
                                 },
                                 [&disk] { return !disk.empty(); }};
  application_ = std::make_unique<Application>(std::move(spec), std::move(parts.ports), clock_);
  // A kill unwinds fibers in this order: the roles' before the one that owns what they work on.
  for (auto& role : roles_) scheduler_.spawn(process_, [this, &role] { serve(role); });
  scheduler_.spawn(process_, [this] {
    const auto status = application_->run();
    ended_ = true;
    on_end_(status);
  });
}

SimProcess::~SimProcess() { scheduler_.kill(process_); }

void SimProcess::requestStop() {
  application_->requestStop();
  woken_ = true;
}

void SimProcess::releaseTick(BatchTime tick) {
  application_->releaseTick(tick);
  woken_ = true;
}

std::optional<BatchTime> SimProcess::doneThrough() { return application_->doneThrough(); }

void SimProcess::pauseUntil(Instant until) {
  process_.paused_until = std::max(process_.paused_until, until);
}

void SimProcess::submit(RoleThread thread, Job job) {
  if (!finishing_) roles_.at(static_cast<std::size_t>(thread)).jobs.push_back(std::move(job));
}

void SimProcess::finish() {
  finishing_ = true;
  auto& compute = roles_.at(static_cast<std::size_t>(RoleThread::kCompute));
  for (auto& role : roles_)
    if (&role != &compute) role.jobs.clear();
  const std::function<bool()> quiet = [&] {
    return compute.jobs.empty() &&
           std::none_of(roles_.begin(), roles_.end(), [](const Role& role) { return role.busy; });
  };
  scheduler_.waitFor(quiet, Instant::max());
}

void SimProcess::serve(Role& role) {
  const std::function<bool()> has_job = [&role] { return !role.jobs.empty(); };
  for (;;) {
    scheduler_.waitFor(has_job, Instant::max());
    if (role.jobs.empty()) continue;
    const Job job = std::move(role.jobs.front());
    role.jobs.pop_front();
    role.busy = true;
    job();
    role.busy = false;
    woken_ = true;
  }
}

void SimProcess::wait(std::optional<Instant> wake) {
  const std::function<bool()> woken = [this] { return woken_; };
  scheduler_.waitFor(woken, wake.value_or(clock_.now() + kLookAgain));
  woken_ = false;
}

}  // namespace lockstep::sim
