#include "connectors/fetch/fetch_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <string_view>

namespace lockstep::fetch {

namespace {

using std::chrono::milliseconds;

std::optional<std::int64_t> numberOf(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

struct NumberKey {
  std::string_view name;
  void (*set)(FetchSettings&, std::int64_t);
};

template <milliseconds FetchSettings::*kField>
void setTime(FetchSettings& settings, std::int64_t value) {
  settings.*kField = milliseconds(value);
}
template <Bytes FetchSettings::*kField>
void setBytes(FetchSettings& settings, std::int64_t value) {
  settings.*kField = Bytes{static_cast<std::uint64_t>(value)};
}
void setBytesMin(FetchSettings& settings, std::int64_t value) {
  settings.bytes_min = static_cast<std::int32_t>(std::min<std::int64_t>(value, INT32_MAX));
}
void setBuffered(FetchSettings& settings, std::int64_t kilobytes) {
  settings.partition_buffered_max = Bytes{static_cast<std::uint64_t>(kilobytes) * 1024};
}

constexpr std::array kNumberKeys{
    NumberKey{"fetch.error.backoff.ms", setTime<&FetchSettings::error_backoff>},
    NumberKey{"fetch.max.bytes", setBytes<&FetchSettings::answer_bytes_max>},
    NumberKey{"fetch.message.max.bytes", setBytes<&FetchSettings::partition_bytes_max>},
    NumberKey{"fetch.min.bytes", setBytesMin},
    NumberKey{"fetch.wait.max.ms", setTime<&FetchSettings::wait_max>},
    NumberKey{"max.partition.fetch.bytes", setBytes<&FetchSettings::partition_bytes_max>},
    NumberKey{"queued.max.messages.kbytes", setBuffered},
    NumberKey{"receive.message.max.bytes", setBytes<&FetchSettings::receive_bytes_max>},
    NumberKey{"reconnect.backoff.max.ms", setTime<&FetchSettings::reconnect_backoff_max>},
    NumberKey{"reconnect.backoff.ms", setTime<&FetchSettings::reconnect_backoff>},
    NumberKey{"socket.connection.setup.timeout.ms", setTime<&FetchSettings::connect_timeout>},
    NumberKey{"topic.metadata.propagation.max.ms", setTime<&FetchSettings::topic_gone_max>},
    NumberKey{"topic.metadata.refresh.interval.ms", setTime<&FetchSettings::metadata_refresh>},
};

/// Of producers, or of what the client library does beside reading.
constexpr std::array<std::string_view, 22> kNoConcern{
    "batch.num.messages",
    "batch.size",
    "compression.codec",
    "compression.level",
    "compression.type",
    "linger.ms",
    "log.connection.close",
    "log.thread.name",
    "log_level",
    "message.copy.max.bytes",
    "queue.buffering.backpressure.threshold",
    "queue.buffering.max.messages",
    "queue.buffering.max.ms",
    "request.timeout.ms",
    "retry.backoff.ms",
    "socket.max.fails",
    "socket.nagle.disable",
    "statistics.interval.ms",
    "sticky.partitioning.linger.ms",
    "topic.metadata.refresh.fast.interval.ms",
    "topic.metadata.refresh.sparse",
    "broker.address.ttl",
};

bool applyText(std::string_view key, const std::string& value, FetchSettings& settings) {
  if (key == "client.id") {
    settings.client_id = value;
    return true;
  }
  if (key != "broker.address.family") return false;
  if (value == "any") settings.family = AddressFamily::kAny;
  if (value == "v4") settings.family = AddressFamily::kV4;
  if (value == "v6") settings.family = AddressFamily::kV6;
  return value == "any" || value == "v4" || value == "v6";
}

bool apply(std::string_view key, const std::string& value, FetchSettings& settings) {
  if (std::find(kNoConcern.begin(), kNoConcern.end(), key) != kNoConcern.end()) return true;
  const auto found = std::find_if(kNumberKeys.begin(), kNumberKeys.end(),
                                  [key](const NumberKey& number) { return number.name == key; });
  if (found == kNumberKeys.end()) return applyText(key, value, settings);
  const auto number = numberOf(value);
  if (number) found->set(settings, *number);
  return number.has_value();
}

}  // namespace

std::vector<std::string> applyClientKeys(const ClientKeys& keys, FetchSettings& settings) {
  std::vector<std::string> unknown;
  for (const auto& [key, value] : keys) {
    if (!apply(key, value, settings)) unknown.push_back(key);
  }
  return unknown;
}

}  // namespace lockstep::fetch
