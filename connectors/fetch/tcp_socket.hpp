#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/fetch/fetch_settings.hpp"

struct addrinfo;

namespace lockstep::fetch {

/// "host:port,[::1]:port,host"; 9092 where no port is given.
struct HostPort {
  std::string host;
  std::uint16_t port = 9092;

  bool operator==(const HostPort&) const = default;
};
[[nodiscard]] std::vector<HostPort> splitServers(std::string_view servers);

/// A non-blocking TCP connection. Every call gives what is possible at once. After an error it is
/// of no more use; error() says why in words.
class TcpSocket {
 public:
  enum class Progress { kDone, kWait, kFailed };

  TcpSocket() = default;
  ~TcpSocket() { close(); }
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  /// Begins to connect to the `attempt`-th address of the host, counted round. Resolving the name
  /// blocks for as long as the system's resolver does.
  [[nodiscard]] Progress connect(const HostPort& server, AddressFamily family, std::size_t attempt);
  /// After kWait, once the socket is writable.
  [[nodiscard]] Progress finishConnect();
  /// Number of bytes taken; nothing: failed, or closed by the other side.
  [[nodiscard]] std::optional<std::size_t> send(std::string_view bytes);
  [[nodiscard]] std::optional<std::size_t> receive(std::span<char> room);
  /// The socket counts as readable when so many bytes are there: a large answer wakes us seldom.
  void wakeFrom(std::size_t bytes);

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const std::string& error() const { return error_; }
  void close();

 private:
  Progress connectTo(const addrinfo& address);
  void failed(const char* what, int error);

  int fd_ = -1;
  std::size_t wake_from_ = 1;
  std::string error_;
};

}  // namespace lockstep::fetch
