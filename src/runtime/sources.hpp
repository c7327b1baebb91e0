#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/dstream/source_declaration.hpp>
#include <lockstep/model/batch_plan.hpp>
#include <lockstep/rdd/batch_services.hpp>

#include "src/runtime/received_log.hpp"
#include "src/runtime/running_source.hpp"
#include "src/runtime/source_report.hpp"

namespace lockstep {

/// All inputs from outside Kafka of one application: receivers, sockets, folders. They begin once
/// the application is claimed, so that a second instance is fenced before it receives anything, and
/// end before it does.
/// Thread: any.
class Sources {
 public:
  struct Options {
    std::string application;
    std::vector<SourceDeclaration> declarations;
    std::optional<double> records_per_second;  ///< of each receiver
    bool until_end = false;
    Nonce owner;
    StreamingListeners listeners;
  };

  Sources(Options options, MakeSourcePorts make_ports, Clock& clock, RunningSource::Fail fail);
  ~Sources() { stop(); }

  /// E261 for a folder that cannot be read.
  [[nodiscard]] static Status check(const std::vector<SourceDeclaration>& declarations);

  /// The application was claimed. Idempotent; returns at once. Failures end the application.
  void start(Incarnation incarnation);
  /// Ends all of them, one after the other, and waits. Idempotent; start() does nothing afterwards.
  void stop();
  /// Waits until batches have taken what is held in memory only, for `patience` at most.
  void drain(std::chrono::milliseconds patience);
  /// A batch is committed: what it has read need not be kept.
  void committed(const BatchPlan& plan, const BatchCounters& counters);
  /// How each fares, in order of definition; those that have not begun, too.
  [[nodiscard]] std::vector<ReceiverInfo> receivers();
  /// kRetry until all files that were there at the start are in their topics.
  [[nodiscard]] Status complete();

 private:
  Status make(const SourceDeclaration& declaration, Incarnation incarnation);

  const Options options_;
  const MakeSourcePorts make_ports_;
  Clock& clock_;
  const RunningSource::Fail fail_;

  Mutex stopping_;  ///< held by the one that stops
  Mutex mutex_;
  bool started_ GUARDED_BY(mutex_) = false;
  bool stopped_ GUARDED_BY(mutex_) = false;
  struct Running {
    SourceDeclaration declaration;
    std::shared_ptr<RunningSource> source;
    std::uint64_t processed = 0;  ///< records of it that committed batches have read
  };
  std::vector<Running> running_ GUARDED_BY(mutex_);
};

}  // namespace lockstep
