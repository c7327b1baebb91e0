#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <lockstep/base/mutex.hpp>

#include "connectors/fetch/fetch_messages.hpp"
#include "connectors/fetch/wire_reader.hpp"

namespace lockstep::fetch::test {

/// A broker of one topic "in" on a port of this machine that says what a test tells it to say:
/// answers that are cut off, errors, silence. Serves one connection after the other on threads of
/// its own until it is destroyed.
class FakeBroker {
 public:
  FakeBroker();
  ~FakeBroker();
  FakeBroker(const FakeBroker&) = delete;
  FakeBroker& operator=(const FakeBroker&) = delete;

  struct Log {
    std::vector<std::string> batches;
    std::int64_t start = 0;
    std::vector<AbortedTransaction> aborted;
    std::uint16_t leader_port = 0;  ///< 0: this broker
  };
  /// What the next answers to Fetch are to be, one after the other; then all is well.
  struct Fault {
    std::int16_t partition_error = 0;  ///< instead of records
    std::size_t cut_after = 0;         ///< bytes; then the connection is closed
    bool silent = false;               ///< no answer at all
  };

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  /// Changes what the broker holds and says; `edit` runs while it says nothing.
  struct State {
    std::map<std::int32_t, Log> partitions;
    std::vector<Fault> faults;
    bool knows_topic = true;
    std::int16_t fetch_from = 4;  ///< oldest version of Fetch
    int fetches = 0;              ///< answers to Fetch so far
    int connections = 0;
    std::size_t partitions_asked_last = 0;
    std::vector<std::int32_t> served;  ///< partitions that got records, in order
  };
  void edit(const std::function<void(State&)>& edit);
  [[nodiscard]] State state();

 private:
  void accept();
  void serve(int fd);
  /// False: close the connection.
  bool answer(int fd, std::string_view request);
  [[nodiscard]] std::string metadata();
  [[nodiscard]] std::string fetch(WireReader& request, const Fault& fault);
  [[nodiscard]] std::string limits(WireReader& request);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  Mutex mutex_;
  State state_ GUARDED_BY(mutex_);
  std::vector<int> open_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
  std::thread acceptor_;
};

}  // namespace lockstep::fetch::test
