#include "src/runtime/roles.hpp"

#include <lockstep/base/log.hpp>

namespace lockstep {

Roles::Roles(Workers workers, Post post, Threads threads)
    : workers_(std::move(workers)), post_(std::move(post)) {
  if (threads == Threads::kOwn) executors_ = std::make_unique<Executors>();
}

Roles::Roles(Workers workers, Post post, RoleThreads& simulated)
    : workers_(std::move(workers)), post_(std::move(post)), simulated_(&simulated) {}

bool Roles::runOne() {
  if (queue_.empty()) return false;
  const auto job = std::move(queue_.front());
  queue_.pop_front();
  job();
  return true;
}

void Roles::stop() {
  queue_.clear();
  if (simulated_ != nullptr) {
    workers_.runner.cancelAll();
    simulated_->finish();
  }
  if (executors_ == nullptr) return;
  // A batch that was committed as the last thing is confirmed all the same: it prints, it counts.
  workers_.runner.cancelAll();
  executors_->compute.finish();
  executors_->checkpoint.stop();
  executors_->control.stop();
  executors_->producer.stop();
}

void Roles::submit(RoleThread thread, SerialExecutor::Job job) {
  if (simulated_ != nullptr) return simulated_->submit(thread, std::move(job));
  if (executors_ == nullptr) {
    queue_.push_back(std::move(job));
    return;
  }
  switch (thread) {
    case RoleThread::kProducer:
      return executors_->producer.submit(std::move(job));
    case RoleThread::kControl:
      return executors_->control.submit(std::move(job));
    case RoleThread::kCompute:
      return executors_->compute.submit(std::move(job));
    case RoleThread::kCheckpoint:
      return executors_->checkpoint.submit(std::move(job));
  }
}

void Roles::claimed(const command::Claimed& body) { workers_.on_claimed(body.incarnation); }

void Roles::report(const command::Report& body) {
  switch (body.level) {
    case command::Report::Level::kInfo:
      return log::info("{}", body.text);
    case command::Report::Level::kWarn:
      return log::warn("{}", body.text);
    case command::Report::Level::kError:
      return log::error("{}", body.text);
  }
}

void Roles::stopped(const command::Stop& /*body*/) {
  LOCKSTEP_CHECK(false, "the engine's loop keeps the end for itself");
}

}  // namespace lockstep
