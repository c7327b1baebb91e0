#pragma once

#include <stop_token>
#include <string>
#include <thread>

#include <lockstep/dstream/source_declaration.hpp>
#include <lockstep/ports/receiver.hpp>

namespace lockstep::socket {

/// Lines of text from a TCP server: Spark's socketTextStream. Connects; a connection that fails or
/// ends is made again later, with growing pauses. What the server sent while there was none is
/// lost: it does not send again. A thread of its own.
class SocketReceiver final : public ReceiverBase {
 public:
  explicit SocketReceiver(SocketSource address) : address_(std::move(address)) {}

  void onStart() override;
  void onStop() override;

 private:
  void run(const std::stop_token& stopping);
  void again(const std::string& why);
  void receive(int connection, const std::stop_token& stopping);
  bool storeLines(std::string& text, bool ended);
  bool storeLine(std::string_view line);
  [[nodiscard]] std::string name() const;

  const SocketSource address_;
  std::jthread thread_;
};

}  // namespace lockstep::socket
