#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/base/units.hpp>
#include <lockstep/model/guarantee.hpp>

#include "src/config/place.hpp"
#include "src/config/secret.hpp"
#include "src/config/stream_model.hpp"
#include "src/config/test_model.hpp"

// What a loaded file says, as plain values: the only thing that other modules read of it. Settings
// have their defaults filled in (settings_table.cpp); an empty optional means "not set, no
// default". Whatever a message may have to point at is a SourceText: the text with its place in the
// file.

namespace lockstep::config {

using Duration = std::chrono::nanoseconds;

enum class CatchUp { kBounded, kWhole };
enum class Backpressure { kNone, kPid };
/// What happens to a record (or an output record) that cannot be handled.
enum class ErrorPolicy { kStop, kDeadLetter };
enum class LatePolicy { kDrop, kDeadLetter, kStop };
using lockstep::Guarantee;
enum class SecurityProtocol { kPlaintext, kSsl, kSaslPlaintext, kSaslSsl };
/// Who fetches: the client library, our own reader, or whichever of the two can read this cluster.
enum class KafkaReader { kAuto, kNative, kLibrdkafka };

struct BatchConfig {
  Duration interval{};
  std::optional<std::uint64_t> max_records_per_partition;  ///< bound of one range
  CatchUp catch_up = CatchUp::kBounded;
};

/// Records per second.
struct RateConfig {
  std::optional<std::uint64_t> max_per_partition;
  std::optional<std::uint64_t> max_per_receiver;
  Backpressure backpressure = Backpressure::kNone;
  std::optional<std::uint64_t> initial;  ///< until backpressure has its first estimate
  struct Pid {
    double proportional = 0;
    double integral = 0;
    double derived = 0;
    std::uint64_t min_rate = 0;
  } pid;
};

/// `control.stop_marker`.
struct StopMarkerConfig {
  std::optional<std::string> file;  ///< nothing: nobody looks for one
  Duration poll{};
};

struct SecurityConfig {
  SecurityProtocol protocol = SecurityProtocol::kPlaintext;
  std::optional<std::string> mechanism;  ///< PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER...
  std::optional<std::string> username;
  std::optional<Secret> password;
};

/// One key of `kafka.client`, already found to be allowed (client_keys.hpp).
struct ClientKey {
  SourceText name;
  Secret value;  ///< may be a password; reveal() it to librdkafka only
};

struct KafkaConfig {
  std::string bootstrap;  ///< host:port, comma separated
  SecurityConfig security;
  std::vector<ClientKey> client;
  KafkaReader reader = KafkaReader::kAuto;
  Duration transaction_timeout{};
};

struct StateConfig {
  std::optional<std::string> dir;
  Bytes memory_limit;
  Duration checkpoint_interval{};
  std::optional<Duration> snapshots;
};

struct ErrorsConfig {
  ErrorPolicy decode = ErrorPolicy::kStop;
  ErrorPolicy eval = ErrorPolicy::kStop;
  ErrorPolicy produce = ErrorPolicy::kStop;
  LatePolicy late = LatePolicy::kDrop;
  std::optional<SourceText> dead_letter_topic;
};

struct ApplicationConfig {
  std::uint64_t format_version = 1;  ///< `lockstep: 1`
  SourceText application;
  BatchConfig batch;
  RateConfig rate;
  KafkaConfig kafka;
  StateConfig state;
  ErrorsConfig errors;
  std::optional<std::string> http_listen;  ///< "host:port"; the admin server is off without it
  std::optional<SourceText> functions;     ///< Lua source shared by all expressions
  std::optional<std::uint64_t> threads;    ///< default: cores
  Duration start_timeout{};
  Duration commit_timeout{};
  std::optional<Duration> shutdown_timeout;  ///< as written; use shutdownTimeout()
  StopMarkerConfig stop_marker;
  std::uint64_t ledger_batches = 0;
  Bytes output_queue_bytes_max;
  Guarantee guarantee = Guarantee::kExactlyOnce;

  std::vector<StreamConfig> streams;  ///< in the order of the file
  std::vector<OutputConfig> outputs;
  std::vector<TestConfig> tests;

  /// Where each setting that the file (or --set) gives is written: "batch.interval" -> its value.
  std::map<std::string, Place, std::less<>> places;

  /// As written, or max(60s, 3 x batch.interval).
  [[nodiscard]] Duration shutdownTimeout() const {
    const Duration three_intervals = 3 * batch.interval;
    const Duration minute = std::chrono::seconds(60);
    return shutdown_timeout.value_or(three_intervals > minute ? three_intervals : minute);
  }
  /// Null when there is no stream of that name. The pointer lives as long as `streams` is
  /// unchanged.
  [[nodiscard]] const StreamConfig* stream(std::string_view name) const;
};

}  // namespace lockstep::config
