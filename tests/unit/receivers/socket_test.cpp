// Lines from a TCP server: whole lines, connections that end, servers that come later.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

#include "tests/support/catch.hpp"
#include "tests/unit/receivers/mouth.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

using Texts = std::vector<std::string>;

/// A server on a free port of this machine.
class Server {
 public:
  Server() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = any();
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 4) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Server() {
    hangUp();
    ::close(listener_);
  }
  void accept() { client_ = ::accept(listener_, nullptr, nullptr); }
  void send(const std::string& text) {
    REQUIRE(::send(client_, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  void hangUp() {
    if (client_ >= 0) ::close(client_);
    client_ = -1;
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  static sockaddr_in any() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  int listener_;
  int client_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace

TEST_CASE("lines of a socket arrive, also after it was lost", "[unit][receivers][socket]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  Server server;
  StreamingContext context(inputSettings(), kafka);
  kafka::save(socketTextStream(context, "localhost", server.port(),
                               {.block_interval = std::chrono::milliseconds(5)}),
              {.topic = "out"});
  context.start();
  server.accept();
  server.send("to be\r\nor ");
  server.send("not\n\nto be");
  server.hangUp();
  await("the first lines", [&] { return kafka.read("out").size() == 4; });
  server.accept();
  server.send("again\n");
  await("the line after the loss", [&] { return kafka.read("out").size() == 5; });
  context.stop();
  CHECK(valuesIn(kafka, "out") == Texts{"", "again", "or not", "to be", "to be"});
}

TEST_CASE("a line without end does not fill the memory", "[unit][receivers][socket]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  kafka.createTopic("bad");
  Server server;
  StreamingContext context(
      inputSettings({}, {{"errors.decode", "dead_letter"}, {"errors.dead_letter_topic", "bad"}}),
      kafka);
  kafka::save(socketTextStream(context, "localhost", server.port(),
                               {.block_interval = std::chrono::milliseconds(5)}),
              {.topic = "out"});
  context.start();
  server.accept();
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 3; ++i) server.send(piece);
  server.send("\nend\n");
  await("the line behind it", [&] { return kafka.read("out").size() == 1; });
  context.stop();
  CHECK(valuesIn(kafka, "out") == Texts{"end"});
  REQUIRE(kafka.read("bad").size() == 1);
  CHECK(kafka.read("bad")[0].value->size() == 1024);
}

TEST_CASE("a server that is not there is told at each try", "[unit][receivers][socket]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  const auto port = Server().port();  // nobody listens there any more
  StreamingContext context(inputSettings(), kafka);
  kafka::save(socketTextStream(context, "127.0.0.1", port, {.id = "lines"}), {.topic = "out"});
  const auto listener = std::make_shared<Listener>();
  context.addStreamingListener(listener);
  context.start();
  await("the second try", [&] { return listener->last().errors >= 2; });
  const auto info = listener->last();
  CHECK(info.stream == "lines");
  CHECK(info.name == "socket");
  CHECK(info.restarts >= 1);
  CHECK(info.last_error.find("refused") != std::string::npos);
  context.stop();
}

TEST_CASE("a socket needs an address", "[unit][receivers][socket]") {
  LocalKafka kafka;
  StreamingContext context(inputSettings(), kafka);
  CHECK_THROWS_AS(static_cast<void>(socketTextStream(context, "localhost", 0)), Error);
  CHECK_THROWS_AS(static_cast<void>(socketTextStream(context, "", 9999)), Error);
}
