#include "connectors/fetch/tcp_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include <fmt/format.h>

namespace lockstep::fetch {

namespace {

HostPort splitServer(std::string_view server) {
  if (const auto scheme = server.find("://"); scheme != server.npos) {
    server.remove_prefix(scheme + 3);
  }
  const auto colon = server.rfind(':');
  const bool has_port = colon != server.npos && server.find(']', colon) == server.npos;
  HostPort parts;
  auto host = server;
  if (has_port) {
    const auto port = server.substr(colon + 1);
    std::from_chars(port.data(), port.data() + port.size(), parts.port);
    host = server.substr(0, colon);
  }
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  parts.host = host;
  return parts;
}

int familyOf(AddressFamily family) {
  if (family == AddressFamily::kV4) return AF_INET;
  return family == AddressFamily::kV6 ? AF_INET6 : AF_UNSPEC;
}

bool again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

void setOption(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);  // all of them only make it better
}

}  // namespace

std::vector<HostPort> splitServers(std::string_view servers) {
  std::vector<HostPort> list;
  while (!servers.empty()) {
    const auto comma = std::min(servers.find(','), servers.size());
    auto server = servers.substr(0, comma);
    while (server.starts_with(' ')) server.remove_prefix(1);
    while (server.ends_with(' ')) server.remove_suffix(1);
    if (!server.empty()) list.push_back(splitServer(server));
    servers.remove_prefix(std::min(comma + 1, servers.size()));
  }
  return list;
}

TcpSocket::Progress TcpSocket::connect(const HostPort& server, AddressFamily family,
                                       std::size_t attempt) {
  close();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = familyOf(family);
  addrinfo* found = nullptr;
  const auto port = std::to_string(server.port);
  if (const int error = ::getaddrinfo(server.host.c_str(), port.c_str(), &hints, &found);
      error != 0) {
    error_ = fmt::format("{}: {}", server.host, ::gai_strerror(error));
    return Progress::kFailed;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, ::freeaddrinfo);
  std::size_t count = 0;
  for (const auto* address = found; address != nullptr; address = address->ai_next) ++count;
  const addrinfo* address = found;
  for (std::size_t i = attempt % count; i > 0; --i) address = address->ai_next;
  return connectTo(*address);
}

TcpSocket::Progress TcpSocket::connectTo(const addrinfo& address) {
  fd_ = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd_ < 0) {
    failed("socket", errno);
    return Progress::kFailed;
  }
  setOption(fd_, IPPROTO_TCP, TCP_NODELAY, 1);
  setOption(fd_, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (::connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return Progress::kDone;
  if (errno == EINPROGRESS) return Progress::kWait;
  failed("connect", errno);
  return Progress::kFailed;
}

TcpSocket::Progress TcpSocket::finishConnect() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error == 0) return Progress::kDone;
  failed("connect", error);
  return Progress::kFailed;
}

std::optional<std::size_t> TcpSocket::send(std::string_view bytes) {
  const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (again(errno)) return 0;
  failed("send", errno);
  return std::nullopt;
}

std::optional<std::size_t> TcpSocket::receive(std::span<char> room) {
  const auto got = ::recv(fd_, room.data(), room.size(), 0);
  if (got > 0) return static_cast<std::size_t>(got);
  if (got < 0 && again(errno)) return 0;
  if (got == 0) {
    error_ = "the broker has closed the connection";
  } else {
    failed("receive", errno);
  }
  return std::nullopt;
}

void TcpSocket::wakeFrom(std::size_t bytes) {
  if (bytes == wake_from_) return;
  wake_from_ = bytes;
  setOption(fd_, SOL_SOCKET, SO_RCVLOWAT, static_cast<int>(bytes));
}

void TcpSocket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  wake_from_ = 1;
}

void TcpSocket::failed(const char* what, int error) {
  char text[128];
  error_ = fmt::format("{}: {}", what, ::strerror_r(error, text, sizeof text));
}

}  // namespace lockstep::fetch
