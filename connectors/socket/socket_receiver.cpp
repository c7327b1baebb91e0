#include "connectors/socket/socket_receiver.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace lockstep::socket {
namespace {

constexpr std::size_t kLineBytesMax = 900'000;
constexpr std::size_t kShownBytes = 1024;  ///< of a line that is too long
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr int kPollMs = 50;
constexpr int kConnectPolls = 100;  ///< 5 s

/// Closes it at the end.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses resolve(const SocketSource& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (error != 0) throw std::runtime_error(::gai_strerror(error));
  return {found, &::freeaddrinfo};
}

/// Waits until the connection is made, or failed.
void awaitConnection(int connection, const std::stop_token& stopping) {
  for (int i = 0; i < kConnectPolls && !stopping.stop_requested(); ++i) {
    pollfd writable{connection, POLLOUT, 0};
    if (::poll(&writable, 1, kPollMs) == 0) continue;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(connection, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) throw std::runtime_error(std::strerror(error));
    return;
  }
  throw std::runtime_error("no answer");
}

Descriptor connectTo(const SocketSource& address, const std::stop_token& stopping) {
  const auto addresses = resolve(address);
  std::string why = "no address";
  for (const auto* one = addresses.get(); one != nullptr; one = one->ai_next) {
    Descriptor connection(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                   one->ai_protocol));
    if (connection.get() < 0) continue;
    try {
      if (::connect(connection.get(), one->ai_addr, one->ai_addrlen) != 0 && errno != EINPROGRESS)
        throw std::runtime_error(std::strerror(errno));
      awaitConnection(connection.get(), stopping);
      return connection;
    } catch (const std::runtime_error& error) {
      why = error.what();
    }
  }
  throw std::runtime_error(why);
}

}  // namespace

std::string SocketReceiver::name() const {
  return fmt::format("{}:{}", address_.host, address_.port);
}

void SocketReceiver::onStart() {
  thread_ = std::jthread([this](const std::stop_token& stopping) { run(stopping); });
}

void SocketReceiver::onStop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void SocketReceiver::run(const std::stop_token& stopping) {
  try {
    const auto connection = connectTo(address_, stopping);
    receive(connection.get(), stopping);
    if (!stopping.stop_requested()) again(fmt::format("{} has closed the connection", name()));
  } catch (const std::exception& error) {
    if (!stopping.stop_requested()) again(fmt::format("{}: {}", name(), error.what()));
  }
}

void SocketReceiver::again(const std::string& why) {
  if (const auto supervisor = this->supervisor()) supervisor->restart(why, std::nullopt);
}

void SocketReceiver::receive(int connection, const std::stop_token& stopping) {
  std::string text;
  std::string bytes(kReadBytes, '\0');
  while (!stopping.stop_requested()) {
    pollfd readable{connection, POLLIN, 0};
    if (::poll(&readable, 1, kPollMs) == 0) continue;
    const auto count = ::recv(connection, bytes.data(), bytes.size(), 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) throw std::runtime_error(std::strerror(errno));
    text.append(bytes, 0, static_cast<std::size_t>(count));
    if (!storeLines(text, count == 0) || count == 0) return;
  }
}

/// Takes the complete lines off the front of `text`; at the end also what is left.
bool SocketReceiver::storeLines(std::string& text, bool ended) {
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    if (!storeLine(std::string_view(text).substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  text.erase(0, begin);
  if (text.size() <= kLineBytesMax && (!ended || text.empty())) return true;
  if (!ended) {  // one character more than allowed is enough to know
    text.resize(kLineBytesMax + 1);
    return true;
  }
  const auto stored = storeLine(text);
  text.clear();
  return stored;
}

bool SocketReceiver::storeLine(std::string_view line) {
  ReceivedRecord record;
  if (line.size() > kLineBytesMax) {
    record.problem = fmt::format("the line has more than {} bytes", kLineBytesMax);
    line = line.substr(0, kShownBytes);
  } else if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  record.value = line;
  const auto supervisor = this->supervisor();
  return supervisor != nullptr && supervisor->store(std::move(record), {});
}

}  // namespace lockstep::socket
