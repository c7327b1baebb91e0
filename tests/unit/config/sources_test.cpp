// Inputs: topics by pattern, folders, sockets.
#include "tests/support/catch.hpp"
#include "tests/unit/config/load.hpp"

using namespace lockstep;
using namespace lockstep::config;
using namespace lockstep::config::test;

namespace {

/// A file whose only stream has this source, on line 5.
std::string withSource(const std::string& source) {
  return "application: app\nkafka: { bootstrap: b:9092 }\nstreams:\n  in:\n    " + source +
         "\noutputs: [ { from: in, kafka: { topic: out } } ]\n";
}

}  // namespace

TEST_CASE("inputs are read with their defaults", "[unit][config][sources]") {
  const auto pattern = load(withSource("kafka: { pattern: 'orders-.*', start: latest }"));
  REQUIRE(codes(pattern).empty());
  const auto* kafka = pattern.application.streams[0].kafka();
  CHECK(kafka->topics.empty());
  CHECK(kafka->pattern->text == "orders-.*");

  const auto folder = load(withSource("files: { dir: /data/in, value: json, missing: skip }"));
  REQUIRE(codes(folder).empty());
  const auto* files = folder.application.streams[0].files();
  CHECK(files->dir == "/data/in");
  CHECK(files->value == DataFormat::kJson);
  CHECK(files->poll == std::chrono::milliseconds(500));
  CHECK(files->line_bytes_max.count == 900'000);
  CHECK(files->skip_missing);

  const auto server = load(withSource("socket: { host: localhost, port: 9999 }"));
  REQUIRE(codes(server).empty());
  const auto* socket = server.application.streams[0].socket();
  CHECK(socket->port == 9999);
  CHECK_FALSE(socket->ignore);
  CHECK(socket->block_interval == std::chrono::milliseconds(200));
}

TEST_CASE("mistakes in inputs have a place and a remedy", "[unit][config][sources]") {
  struct Row {
    std::string source;
    std::vector<std::string> found;
    std::string text;
  };
  const auto row = GENERATE(values<Row>({
      {"kafka: { key: string }", {"E009 5:12"}, "topics: [orders]"},
      {"kafka: { topics: [t], pattern: x }", {"E010 5:36"}, "exclude each other"},
      {"files: x", {"E008 5:12"}, "dir"},
      {"files: {}", {"E009 5:12"}, "needs 'dir'"},
      {"files: { dir: '' }", {"E014 5:19"}, "dir is empty"},
      {"files: { dir: d, poll: 5 }", {"E006 5:28"}, "5s"},
      {"files: { dir: d, poll: 1ms }", {"E031 5:28"}, "10ms and up"},
      {"files: { dir: d, line_bytes_max: 2MB }", {"E031 5:38"}, "900KB"},
      {"files: { dir: d, missing: ignore }", {"E011 5:31"}, "stop or skip"},
      {"files: { dir: d, pattern: x }", {"E010 5:22"}, "unknown key"},
      {"socket: { port: 99 }", {"E009 5:13"}, "needs 'host'"},
      {"socket: { host: h, port: 0 }", {"E031 5:30"}, "1 to 65535"},
      {"socket: { host: h, port: 65536 }", {"E031 5:30"}, "1 to 65535"},
      {"socket: { host: h, port: 1, safety: none }", {"E011 5:41"}, "log"},
      {"socket: { host: h, port: 1, safety: ignore }", {"W062 5:41"}, "log is the default"},
      {"socket: { host: h, port: 1, block_interval: 20ms }", {"W063 5:49"}, "50ms and up"},
      {"socket: { host: h, port: 1, block_interval: 1ms }", {"E031 5:49"}, "10ms and up"},
  }));
  INFO(row.source);
  const auto loaded = load(withSource(row.source));
  CHECK(codes(loaded) == row.found);
  CHECK(loaded.diagnostics.print().find(row.text) != std::string::npos);
}

TEST_CASE("two streams of one pattern agree about its start", "[unit][config][sources]") {
  const auto loaded = load(
      "application: app\nkafka: { bootstrap: b:9092 }\nstreams:\n"
      "  a: { kafka: { pattern: 'x.*' } }\n"
      "  b: { kafka: { pattern: 'x.*', start: latest } }\n"
      "  in: { from: [a, b] }\n"
      "outputs: [ { from: in, kafka: { topic: out } } ]\n");
  CHECK(codes(loaded) == std::vector<std::string>{"E017 5:26"});
}
