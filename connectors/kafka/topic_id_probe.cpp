#include "connectors/kafka/topic_id_probe.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include <lockstep/base/log.hpp>

namespace lockstep::kafka {

namespace {

constexpr std::uint32_t kAnswerBytesMax = 16 * 1024 * 1024;
constexpr std::chrono::milliseconds kServerMax{1'000};

class Socket {
 public:
  Socket(int fd, const Clock& clock, Deadline deadline)
      : fd_(fd), clock_(clock), deadline_(deadline) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  [[nodiscard]] bool connect(const addrinfo& address) {
    if (::connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return true;
    if (errno != EINPROGRESS || !ready(POLLOUT)) return false;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }

  [[nodiscard]] bool sendAll(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (!again() || !ready(POLLOUT)) {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] bool receiveAll(std::span<char> bytes) {
    while (!bytes.empty()) {
      const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
      if (got > 0) {
        bytes = bytes.subspan(static_cast<std::size_t>(got));
      } else if (got == 0 || !again() || !ready(POLLIN)) {
        return false;
      }
    }
    return true;
  }

 private:
  static bool again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }
  [[nodiscard]] bool ready(short events) {
    pollfd wanted{fd_, events, 0};
    const auto left = static_cast<int>(deadline_.left(clock_).count());
    return ::poll(&wanted, 1, left) == 1;
  }

  const int fd_;
  const Clock& clock_;
  const Deadline deadline_;
};

std::optional<TopicIds> exchange(Socket& socket, std::span<const std::string> topics) {
  if (!socket.sendAll(encodeTopicIdRequest(topics))) return std::nullopt;
  unsigned char length[4];
  if (!socket.receiveAll({reinterpret_cast<char*>(length), sizeof length})) return std::nullopt;
  const std::uint32_t size =
      static_cast<std::uint32_t>(length[0]) << 24 | length[1] << 16 | length[2] << 8 | length[3];
  if (size > kAnswerBytesMax) return std::nullopt;
  std::string answer(size, '\0');
  if (!socket.receiveAll(answer)) return std::nullopt;
  return decodeTopicIdAnswer(answer);
}

/// "host:port", "[::1]:port" or "host"; a scheme in front is dropped.
std::pair<std::string, std::string> splitServer(std::string server) {
  if (const auto scheme = server.find("://"); scheme != std::string::npos) {
    server.erase(0, scheme + 3);
  }
  const auto colon = server.rfind(':');
  const bool has_port = colon != std::string::npos && server.find(']', colon) == std::string::npos;
  std::string port = has_port ? server.substr(colon + 1) : "9092";
  std::string host = has_port ? server.substr(0, colon) : server;
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return {std::move(host), std::move(port)};
}

std::optional<TopicIds> askServer(const std::string& server, std::span<const std::string> topics,
                                  const Clock& clock, Deadline deadline) {
  const auto [host, port] = splitServer(server);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &raw) != 0) return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(raw, &::freeaddrinfo);
  for (const addrinfo* address = raw; address != nullptr; address = address->ai_next) {
    Socket socket(
        ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP),
        clock, deadline);
    if (!socket.connect(*address)) continue;
    if (auto ids = exchange(socket, topics)) return ids;
  }
  return std::nullopt;
}

}  // namespace

TopicIds probeTopicIds(const std::string& bootstrap, std::span<const std::string> topics,
                       const Clock& clock, Deadline deadline) {
  std::string_view rest = bootstrap;
  while (!rest.empty() && !topics.empty() && !deadline.passed(clock)) {
    const auto comma = std::min(rest.find(','), rest.size());
    std::string server(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    std::erase(server, ' ');
    const auto limit = std::min(deadline.at, clock.now() + kServerMax);
    if (auto ids = askServer(server, topics, clock, {limit})) return std::move(*ids);
    log::debug("{} does not tell topic ids", server);
  }
  return {};
}

}  // namespace lockstep::kafka
