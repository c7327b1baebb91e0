#pragma once

#include <condition_variable>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <lockstep/dstream/source_declaration.hpp>

#include "src/runtime/block_buffer.hpp"
#include "src/runtime/log_writer.hpp"
#include "src/runtime/running_source.hpp"

namespace lockstep {

/// Supervises one receiver: starts it once its topic is open, starts it again when it asks for it
/// or throws, gathers what it stores into blocks and writes each as one transaction, and tells it
/// afterwards that the records are safe. Two threads of its own: `ls-receiver` starts and stops the
/// receiver, `ls-blocks` writes.
class ReceiverRunner final : public RunningSource,
                             public ReceiverSupervisor,
                             public std::enable_shared_from_this<ReceiverRunner> {
 public:
  struct Options {
    SourceDeclaration source;  ///< `what` is a ReceiverSource
    std::optional<double> records_per_second;
    StreamingListeners listeners;
  };

  /// `log` null with Safety::kIgnore. REQUIRES: a shared_ptr owns it.
  ReceiverRunner(Options options, std::unique_ptr<ReceivedLog> log, Clock& clock, Fail fail);
  ~ReceiverRunner() override { stop(); }

  void start() override;
  void stop() override;
  void processed(Offset next) override;
  [[nodiscard]] ReceiverInfo info() override { return report_.info(); }

  bool store(ReceivedRecord record, OnStored stored) override;
  bool storeBlock(std::vector<ReceivedRecord> records) override;
  void reportError(const std::string& message) override { report_.failed(message); }
  void restart(const std::string& message, std::optional<std::chrono::milliseconds> delay) override;
  void stop(const std::string& message) override;
  [[nodiscard]] bool isStopped() const override;

 private:
  void supervise();
  void startReceiver();
  void stopReceiver(const std::string& why, SourceReport::Stop how);
  bool awaitEnd(std::chrono::minutes longest);
  void writeBlocks();
  Status write(BlockBuffer::Block& block);
  void check(const ReceivedRecord& record) const;
  bool wait(std::chrono::milliseconds pause);
  [[nodiscard]] ReceiverBase& receiver() const {
    return *std::get<ReceiverSource>(options_.source.what);
  }

  const Options options_;
  Clock& clock_;
  const Fail fail_;
  SourceReport report_;
  BlockBuffer buffer_;
  std::unique_ptr<LogWriter> log_;

  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  bool open_ GUARDED_BY(mutex_) = false;                   ///< its topic is
  bool running_ GUARDED_BY(mutex_) = false;                ///< between onStart() and onStop()
  bool ending_ GUARDED_BY(mutex_) = false;                 ///< the application ends
  bool given_up_ GUARDED_BY(mutex_) = false;               ///< and nothing is written any more
  std::optional<std::string> stopped_ GUARDED_BY(mutex_);  ///< for good, and why
  bool restart_ GUARDED_BY(mutex_) = false;
  std::optional<std::chrono::milliseconds> restart_delay_ GUARDED_BY(mutex_);
  Instant start_at_ GUARDED_BY(mutex_){};
  int restarts_ GUARDED_BY(mutex_) = 0;  ///< since a record was stored
  std::thread supervisor_;
  std::thread writer_;
};

}  // namespace lockstep
