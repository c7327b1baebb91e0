#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lockstep {

/// Which record of its source it is: what tells a record that is sent again from a new one.
struct Origin {
  std::string source;
  /// Grows from record to record of one source; gaps are allowed.
  std::int64_t sequence = 0;
};

/// One record from outside Kafka.
struct ReceivedRecord {
  std::optional<std::string> key;
  std::string value;
  std::optional<Origin> origin = {};
  /// Why it could not be taken whole; "" = it was. It then is a decode error of the stream.
  std::string problem = {};
};

/// Called once the record's block is committed. Thread: the receiver's writer; be quick.
using OnStored = std::function<void()>;

/// Where a receiver puts what it gets, and says how it fares. Thread: any.
class ReceiverSupervisor {
 public:
  virtual ~ReceiverSupervisor() = default;
  /// Puts a record into the present block. Waits while too much waits to be written, and for
  /// rate.max_per_receiver. Returns false when the receiver is stopped: the record is not taken.
  virtual bool store(ReceivedRecord record, OnStored stored) = 0;
  /// Makes a block of the records and waits until it is committed. False as above.
  virtual bool storeBlock(std::vector<ReceivedRecord> records) = 0;
  virtual void reportError(const std::string& message) = 0;
  /// Stops the receiver and starts it again later, on another thread; returns at once. Without a
  /// delay: after a pause that grows from try to try, until a record was stored.
  virtual void restart(const std::string& message,
                       std::optional<std::chrono::milliseconds> delay) = 0;
  /// Stops the receiver for good; the application goes on.
  virtual void stop(const std::string& message) = 0;
  [[nodiscard]] virtual bool isStopped() const = 0;
};

/// A receiver without its type: what the supervisor starts and stops.
class ReceiverBase {
 public:
  virtual ~ReceiverBase() = default;
  /// Starts receiving, on threads of the receiver's own, and returns soon. May throw: counts as
  /// restart().
  virtual void onStart() = 0;
  /// Ends what onStart() began: none of its threads runs when it returns, none calls store().
  virtual void onStop() = 0;

  /// For the library: where to store. Called once, before onStart().
  void attach(std::weak_ptr<ReceiverSupervisor> supervisor) { supervisor_ = std::move(supervisor); }

 protected:
  /// Null before the start and once the application has ended.
  [[nodiscard]] std::shared_ptr<ReceiverSupervisor> supervisor() const {
    return supervisor_.lock();
  }

 private:
  std::weak_ptr<ReceiverSupervisor> supervisor_;
};

}  // namespace lockstep
