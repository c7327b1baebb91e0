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

std::vector<std::string> split(std::string_view servers) {
  std::vector<std::string> list;
  while (!servers.empty()) {
    const auto comma = std::min(servers.find(','), servers.size());
    std::string server(servers.substr(0, comma));
    std::erase(server, ' ');
    list.push_back(std::move(server));
    servers.remove_prefix(std::min(comma + 1, servers.size()));
  }
  return list;
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

}  // namespace

/// A socket to one broker. After a call that has failed it is of no more use.
class TopicIdProbe::Connection {
 public:
  Connection(const addrinfo& address, const Clock& clock)
      : fd_(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP)),
        clock_(clock) {}
  ~Connection() {
    if (fd_ >= 0) ::close(fd_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] bool connect(const addrinfo& address, Deadline deadline) {
    if (::connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return true;
    if (errno != EINPROGRESS || !ready(POLLOUT, deadline)) return false;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }

  [[nodiscard]] std::optional<TopicIds> ask(std::span<const std::string> topics,
                                            Deadline deadline) {
    if (!sendAll(encodeTopicIdRequest(topics), deadline)) return std::nullopt;
    unsigned char length[4];
    if (!receiveAll({reinterpret_cast<char*>(length), sizeof length}, deadline))
      return std::nullopt;
    const std::uint32_t size =
        static_cast<std::uint32_t>(length[0]) << 24 | length[1] << 16 | length[2] << 8 | length[3];
    if (size > kAnswerBytesMax) return std::nullopt;
    std::string answer(size, '\0');
    if (!receiveAll(answer, deadline)) return std::nullopt;
    return decodeTopicIdAnswer(answer);
  }

 private:
  bool sendAll(std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (!again() || !ready(POLLOUT, deadline)) {
        return false;
      }
    }
    return true;
  }

  bool receiveAll(std::span<char> bytes, Deadline deadline) {
    while (!bytes.empty()) {
      const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
      if (got > 0) {
        bytes = bytes.subspan(static_cast<std::size_t>(got));
      } else if (got == 0 || !again() || !ready(POLLIN, deadline)) {
        return false;
      }
    }
    return true;
  }

  static bool again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }
  [[nodiscard]] bool ready(short events, Deadline deadline) {
    pollfd wanted{fd_, events, 0};
    return ::poll(&wanted, 1, static_cast<int>(deadline.left(clock_).count())) == 1;
  }

  const int fd_;
  const Clock& clock_;
};

TopicIdProbe::TopicIdProbe(const std::string& bootstrap, const Clock& clock)
    : bootstrap_(split(bootstrap)), clock_(clock) {}
TopicIdProbe::~TopicIdProbe() = default;

std::optional<TopicIds> TopicIdProbe::ask(std::span<const std::string> topics, Deadline deadline) {
  if (topics.empty()) return TopicIds{};
  const auto soon = [&] { return Deadline{std::min(deadline.at, clock_.now() + kServerMax)}; };
  if (connection_ != nullptr) {  // brokers close idle ones: then it is made anew
    if (auto ids = connection_->ask(topics, soon())) return ids;
    connection_.reset();
  }
  for (const auto* servers : {&bootstrap_, &std::as_const(brokers_)}) {
    for (const auto& server : *servers) {
      if (deadline.passed(clock_)) return std::nullopt;
      if (auto ids = askServer(server, topics, soon())) return ids;
      log::debug("{} does not tell topic ids", server);
    }
  }
  return std::nullopt;
}

std::optional<TopicIds> TopicIdProbe::askServer(const std::string& server,
                                                std::span<const std::string> topics,
                                                Deadline deadline) {
  const auto [host, port] = splitServer(server);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &raw) != 0) return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(raw, &::freeaddrinfo);
  for (const addrinfo* address = raw; address != nullptr; address = address->ai_next) {
    auto connection = std::make_unique<Connection>(*address, clock_);
    if (!connection->connect(*address, deadline)) continue;
    auto ids = connection->ask(topics, deadline);
    if (!ids) continue;
    connection_ = std::move(connection);
    return ids;
  }
  return std::nullopt;
}

}  // namespace lockstep::kafka
