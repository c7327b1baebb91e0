#pragma once

#include <functional>

#include <lockstep/base/status.hpp>
#include <lockstep/model/ids.hpp>
#include <lockstep/rdd/streaming_listener.hpp>

namespace lockstep {

/// One input from outside Kafka at work: a receiver, or the reader of a folder.
/// Life    start() once, then stop(); destroyed after that. Thread: any, one at a time.
class RunningSource {
 public:
  /// Told of a failure that has to end the application.
  using Fail = std::function<void(Status)>;

  virtual ~RunningSource() = default;
  /// Returns at once.
  virtual void start() = 0;
  /// Takes nothing more in, writes what was taken, ends all threads; waits for it. Idempotent.
  virtual void stop() = 0;
  /// The records of its topic below `next` are processed. Thread: any.
  virtual void processed(Offset /*next*/) {}
  /// How it fares; without `processed`. Thread: any.
  [[nodiscard]] virtual ReceiverInfo info() = 0;
  /// Whether everything that was there at the start is in the topic.
  [[nodiscard]] virtual bool complete() const { return false; }
};

}  // namespace lockstep
