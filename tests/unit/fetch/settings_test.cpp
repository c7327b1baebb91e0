// Keys of `kafka.client` that the native reader knows, and those with which another one is taken.
#include "connectors/fetch/fetch_settings.hpp"

#include "connectors/fetch/tcp_socket.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::fetch;

using Unknown = std::vector<std::string>;

TEST_CASE("keys that concern fetching are honoured", "[unit][fetch][settings]") {
  FetchSettings settings;
  const ClientKeys keys{{"fetch.wait.max.ms", "100"}, {"max.partition.fetch.bytes", "1000"},
                        {"fetch.min.bytes", "5"},     {"queued.max.messages.kbytes", "64"},
                        {"client.id", "me"},          {"broker.address.family", "v4"}};
  CHECK(applyClientKeys(keys, settings) == Unknown{});
  CHECK(settings.wait_max == std::chrono::milliseconds(100));
  CHECK(settings.partition_bytes_max == Bytes{1000});
  CHECK(settings.bytes_min == 5);
  CHECK(settings.partition_buffered_max == Bytes{64 * 1024});
  CHECK(settings.client_id == "me");
  CHECK(settings.family == AddressFamily::kV4);
}

TEST_CASE("keys of producers are no concern of a reader", "[unit][fetch][settings]") {
  FetchSettings settings;
  CHECK(applyClientKeys({{"linger.ms", "5"}, {"compression.codec", "zstd"}}, settings) ==
        Unknown{});
}

TEST_CASE("keys and values that are not understood are named", "[unit][fetch][settings]") {
  FetchSettings settings;
  CHECK(applyClientKeys({{"fetch.wait.max.ms", "soon"},
                         {"queued.min.messages", "5"},
                         {"debug", "fetch"},
                         {"ssl.ca.location", "x"}},
                        settings) ==
        Unknown{"fetch.wait.max.ms", "queued.min.messages", "debug", "ssl.ca.location"});
}

TEST_CASE("servers are split as the client library splits them", "[unit][fetch][settings]") {
  CHECK(splitServers("a:1, PLAINTEXT://b:2,c,[::1]:3") ==
        std::vector<HostPort>{{"a", 1}, {"b", 2}, {"c", 9092}, {"::1", 3}});
}
