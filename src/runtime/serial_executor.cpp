#include "src/runtime/serial_executor.hpp"

#include <pthread.h>

namespace lockstep {

SerialExecutor::SerialExecutor(std::string name)
    : thread_([this, name = std::move(name)](const std::stop_token& stopping) {
        work(stopping, name);
      }) {}

void SerialExecutor::submit(Job job) { queue_.push(std::move(job)); }

void SerialExecutor::stop() {
  thread_.request_stop();
  finish();
}

void SerialExecutor::finish() {
  queue_.close();
  if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
}

void SerialExecutor::work(const std::stop_token& stopping, const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  while (!stopping.stop_requested()) {
    auto job = queue_.pop();
    if (!job || stopping.stop_requested()) return;
    (*job)();
  }
}

}  // namespace lockstep
