#include "src/runtime/roles.hpp"

#include <lockstep/base/log.hpp>

namespace lockstep {

Roles::Roles(Workers workers, Post post) : workers_(std::move(workers)), post_(std::move(post)) {}

void Roles::stop() {
  compute_.stop();
  checkpoint_.stop();
  control_.stop();
  producer_.stop();
}

void Roles::submit(RoleThread thread, SerialExecutor::Job job) {
  switch (thread) {
    case RoleThread::kProducer:
      return producer_.submit(std::move(job));
    case RoleThread::kControl:
      return control_.submit(std::move(job));
    case RoleThread::kCompute:
      return compute_.submit(std::move(job));
    case RoleThread::kCheckpoint:
      return checkpoint_.submit(std::move(job));
  }
}

void Roles::claimed(const command::Claimed& /*body*/) { workers_.on_claimed(); }

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
