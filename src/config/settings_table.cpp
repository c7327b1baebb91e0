#include "src/config/settings_table.hpp"

#include <type_traits>

#include <fmt/format.h>
#include <lockstep/base/setting.hpp>

#include "src/config/suggest.hpp"

namespace lockstep::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Bytes kKiB{1ULL << 10};
constexpr Bytes kMiB{1ULL << 20};
constexpr Bytes kGiB{1ULL << 30};
constexpr std::uint64_t kOne = 1;

std::string show(const Duration& value) { return formatDuration(value); }
std::string show(const Bytes& value) { return formatBytes(value); }
std::string show(std::uint64_t value) { return fmt::format("{}", value); }
std::string show(double value) { return fmt::format("{}", value); }
std::string show(const std::string& value) { return value; }
std::string show(const SourceText& value) { return value.text; }
std::string show(const Secret&) { return "***"; }
template <class E>
requires std::is_enum_v<E> std::string show(E value) { return std::string(nameOf(value)); }

template <class T>
std::string typeName() {
  if constexpr (std::is_same_v<T, Duration>) {
    return "duration";
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return "size";
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    return "number";
  } else if constexpr (std::is_same_v<T, double>) {
    return "decimal number";
  } else if constexpr (std::is_same_v<T, Secret>) {
    return "secret";
  } else if constexpr (std::is_enum_v<T>) {
    const Names names = choiceNames(T{});
    return listed({names.begin(), names.end()});
  } else {
    return "text";
  }
}

template <class T>
std::string rangeOf(const Setting<T>& setting) {
  if (setting.min && setting.max)
    return fmt::format("{} to {}", show(*setting.min), show(*setting.max));
  if (setting.min) return fmt::format("{} and up", show(*setting.min));
  if (setting.max) return fmt::format("up to {}", show(*setting.max));
  return {};
}

template <class T>
struct Unwrapped {
  using type = T;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using type = T;
};

/// `field` maps a model to the member that holds the setting: a T or a std::optional<T>.
template <class T, class Field>
SettingRow row(Setting<T> setting, Field field) {
  SettingRow row;
  row.path = setting.path;
  row.type = typeName<T>();
  row.range = rangeOf(setting);
  if constexpr (std::is_enum_v<T>) {
    for (const auto name : choiceNames(T{})) row.choices.emplace_back(name);
  }
  row.text = setting.text;
  row.required = setting.required;
  row.secret = std::is_same_v<T, Secret>;
  if (!setting.fallback_text.empty()) {
    row.fallback = setting.fallback_text;
  } else {
    row.fallback = setting.fallback ? show(*setting.fallback) : "-";
  }
  row.reset = [setting, field](ApplicationConfig& config) {
    if (setting.fallback) field(config) = *setting.fallback;
  };
  row.read = [setting, field](ValueReader& reader, const Node& node, ApplicationConfig& config) {
    T value{};
    if (!reader.read(node, setting.path, value)) return;
    if constexpr (requires {
                    setting.allows(value);
                    value < value;
                  }) {
      if (!setting.allows(value)) {
        const std::string found =
            node.scalar.substituted ? fmt::format("'{}'", shown(node.scalar)) : show(value);
        reader.diagnostics().error("E031", node.place,
                                   fmt::format("{} {} is out of range", setting.path, found),
                                   fmt::format("allowed: {}", rangeOf(setting)));
        return;
      }
    }
    field(config) = std::move(value);
  };
  return row;
}

#define FIELD(member) \
  [](ApplicationConfig & c) -> auto& { return c.member; }

void addBatch(std::vector<SettingRow>& rows) {
  rows.push_back(row(Setting<Duration>{.path = "batch.interval",
                                       .text = "Time between batches; also the latency that a "
                                               "read_committed reader sees",
                                       .fallback = milliseconds(500),
                                       .min = milliseconds(10),
                                       .max = hours(1)},
                     FIELD(batch.interval)));
  rows.push_back(row(Setting<std::uint64_t>{.path = "batch.max_records_per_partition",
                                            .text = "Bound of one partition's range in one batch",
                                            .fallback_text = "none",
                                            .min = kOne},
                     FIELD(batch.max_records_per_partition)));
  rows.push_back(row(Setting<CatchUp>{.path = "batch.catch_up",
                                      .text = "How a backlog is worked off: in spans that fit the "
                                              "interval, or as one large batch",
                                      .fallback = CatchUp::kBounded},
                     FIELD(batch.catch_up)));
  rows.push_back(row(Setting<std::uint64_t>{.path = "rate.max_per_partition",
                                            .text = "Records per second and partition of a direct "
                                                    "stream",
                                            .fallback_text = "none",
                                            .min = kOne},
                     FIELD(rate.max_per_partition)));
  rows.push_back(row(Setting<std::uint64_t>{.path = "rate.max_per_receiver",
                                            .text = "Records per second of each receiver or socket",
                                            .fallback_text = "none",
                                            .min = kOne},
                     FIELD(rate.max_per_receiver)));
  rows.push_back(row(Setting<Backpressure>{.path = "rate.backpressure",
                                           .text = "Estimates the rate that the application "
                                                   "sustains and reads no faster (Spark's PID "
                                                   "controller)",
                                           .fallback = Backpressure::kNone},
                     FIELD(rate.backpressure)));
  rows.push_back(row(Setting<std::uint64_t>{.path = "rate.initial",
                                            .text = "With backpressure: records per second, all "
                                                    "partitions, until the first estimate",
                                            .fallback_text = "none",
                                            .min = kOne},
                     FIELD(rate.initial)));
  rows.push_back(row(Setting<double>{.path = "rate.pid.proportional",
                                     .text = "Weight of the difference between the rate asked for "
                                             "and the rate that the last batch reached",
                                     .fallback = 1.0,
                                     .min = 0.0},
                     FIELD(rate.pid.proportional)));
  rows.push_back(row(Setting<double>{.path = "rate.pid.integral",
                                     .text = "Weight of what piled up while batches waited",
                                     .fallback = 0.2,
                                     .min = 0.0},
                     FIELD(rate.pid.integral)));
  rows.push_back(row(Setting<double>{.path = "rate.pid.derived",
                                     .text = "Weight of the change of the difference",
                                     .fallback = 0.0,
                                     .min = 0.0},
                     FIELD(rate.pid.derived)));
  rows.push_back(row(Setting<std::uint64_t>{.path = "rate.pid.min_rate",
                                            .text = "No estimate is below this, records per "
                                                    "second",
                                            .fallback = std::uint64_t{100},
                                            .min = kOne},
                     FIELD(rate.pid.min_rate)));
}

void addKafka(std::vector<SettingRow>& rows) {
  rows.push_back(
      row(Setting<std::string>{.path = "kafka.bootstrap",
                               .text = "Addresses of brokers: host:port, comma separated",
                               .required = true},
          FIELD(kafka.bootstrap)));
  rows.push_back(row(Setting<SecurityProtocol>{.path = "kafka.security.protocol",
                                               .text = "How the connection is protected",
                                               .fallback = SecurityProtocol::kPlaintext},
                     FIELD(kafka.security.protocol)));
  rows.push_back(row(Setting<std::string>{.path = "kafka.security.mechanism",
                                          .text = "SASL mechanism: PLAIN, SCRAM-SHA-256, "
                                                  "SCRAM-SHA-512, GSSAPI or OAUTHBEARER"},
                     FIELD(kafka.security.mechanism)));
  rows.push_back(
      row(Setting<std::string>{.path = "kafka.security.username", .text = "SASL user name"},
          FIELD(kafka.security.username)));
  rows.push_back(row(
      Setting<Secret>{.path = "kafka.security.password", .text = "SASL password; never printed"},
      FIELD(kafka.security.password)));
  rows.push_back(row(Setting<KafkaReader>{.path = "kafka.reader",
                                          .text = "Who fetches: the client library, the native "
                                                  "reader (plaintext only), or native where it "
                                                  "can",
                                          .fallback = KafkaReader::kAuto},
                     FIELD(kafka.reader)));
  rows.push_back(row(Setting<Duration>{.path = "kafka.transaction_timeout",
                                       .text = "The broker aborts a transaction that is open for "
                                               "longer; at most its transaction.max.timeout.ms",
                                       .fallback = seconds(60),
                                       .min = seconds(1),
                                       .max = minutes(15)},
                     FIELD(kafka.transaction_timeout)));
}

void addState(std::vector<SettingRow>& rows) {
  rows.push_back(row(Setting<std::string>{.path = "state.dir",
                                          .text = "Folder of the state's checkpoints; required by "
                                                  "stateful steps"},
                     FIELD(state.dir)));
  rows.push_back(
      row(Setting<Bytes>{.path = "state.memory_limit",
                         .text = "Memory for state; beyond half of it cold keys are evicted; "
                                 "a quarter each bounds unwritten keys, undecided "
                                 "keys, and what one batch shuffles",
                         .fallback = kGiB,
                         .min = Bytes{16 * kMiB.count}},
          FIELD(state.memory_limit)));
  rows.push_back(
      row(Setting<Duration>{.path = "state.checkpoint_interval",
                            .text = "Time between checkpoints of the state to the folder",
                            .fallback = seconds(10),
                            .min = milliseconds(100),
                            .max = hours(24)},
          FIELD(state.checkpoint_interval)));
  rows.push_back(row(Setting<Duration>{.path = "state.snapshots",
                                       .text = "Time between snapshots of the folder; the last two "
                                               "are kept; not in this version",
                                       .fallback_text = "none",
                                       .min = minutes(1)},
                     FIELD(state.snapshots)));
}

void addErrors(std::vector<SettingRow>& rows) {
  rows.push_back(row(Setting<ErrorPolicy>{.path = "errors.decode",
                                          .text = "A record that its format cannot read",
                                          .fallback = ErrorPolicy::kStop},
                     FIELD(errors.decode)));
  rows.push_back(row(Setting<ErrorPolicy>{.path = "errors.eval",
                                          .text = "A record for which an expression fails",
                                          .fallback = ErrorPolicy::kStop},
                     FIELD(errors.eval)));
  rows.push_back(row(Setting<ErrorPolicy>{.path = "errors.produce",
                                          .text = "An output record that the broker would reject",
                                          .fallback = ErrorPolicy::kStop},
                     FIELD(errors.produce)));
  rows.push_back(row(Setting<LatePolicy>{.path = "errors.late",
                                         .text = "A record that comes after its event-time window "
                                                 "was closed",
                                         .fallback = LatePolicy::kDrop},
                     FIELD(errors.late)));
  rows.push_back(row(Setting<SourceText>{.path = "errors.dead_letter_topic",
                                         .text = "Topic of the dead letters; required by every "
                                                 "dead_letter above"},
                     FIELD(errors.dead_letter_topic)));
}

void addProcess(std::vector<SettingRow>& rows) {
  rows.push_back(row(Setting<std::string>{.path = "http.listen",
                                          .text = "host:port of the admin server: health, metrics, "
                                                  "status; not in this version"},
                     FIELD(http_listen)));
  rows.push_back(row(Setting<SourceText>{.path = "functions",
                                         .text = "Lua 5.4 functions and constants, shared by all "
                                                 "expressions of the file"},
                     FIELD(functions)));
  rows.push_back(row(Setting<std::uint64_t>{.path = "threads",
                                            .text = "Worker threads",
                                            .fallback_text = "cores",
                                            .min = kOne,
                                            .max = std::uint64_t{1024}},
                     FIELD(threads)));
  rows.push_back(row(Setting<Duration>{.path = "start_timeout",
                                       .text = "How long a start waits for the brokers before it "
                                               "gives up with exit code 69",
                                       .fallback = seconds(30),
                                       .min = seconds(1)},
                     FIELD(start_timeout)));
  rows.push_back(
      row(Setting<Duration>{.path = "commit_timeout",
                            .text = "How long a commit is repeated before its outcome is "
                                    "read from the brokers",
                            .fallback = seconds(30),
                            .min = seconds(1)},
          FIELD(commit_timeout)));
  rows.push_back(row(Setting<Duration>{.path = "shutdown_timeout",
                                       .text = "How long a stop may take to finish the running "
                                               "batch; then exit code 75",
                                       .fallback_text = "max(60s, 3 x batch.interval)",
                                       .min = seconds(1)},
                     FIELD(shutdown_timeout)));
  rows.push_back(row(Setting<std::string>{.path = "control.stop_marker.file",
                                          .text = "A file whose appearance stops the application "
                                                  "gracefully; it is then renamed to *.done",
                                          .fallback_text = "none"},
                     FIELD(stop_marker.file)));
  rows.push_back(row(Setting<Duration>{.path = "control.stop_marker.poll",
                                       .text = "How often the file is looked for",
                                       .fallback = seconds(5),
                                       .min = milliseconds(100)},
                     FIELD(stop_marker.poll)));
  rows.push_back(
      row(Setting<std::uint64_t>{.path = "ledger.batches",
                                 .text = "Batches that the ledger topic keeps for audit, "
                                         "replay and trace",
                                 .fallback = std::uint64_t{100'000},
                                 .min = std::uint64_t{1'000},
                                 .max = std::uint64_t{100'000'000}},
          FIELD(ledger_batches)));
  rows.push_back(row(Setting<Bytes>{.path = "output.queue_bytes_max",
                                    .text = "Bound of the output that waits to be sent",
                                    .fallback = Bytes{64 * kMiB.count},
                                    .min = Bytes{64 * kKiB.count}},
                     FIELD(output_queue_bytes_max)));
  rows.push_back(row(Setting<Guarantee>{.path = "guarantee",
                                        .text = "Between input topics and output topics; "
                                                "at_least_once works without transactions, and "
                                                "nothing fences a second instance",
                                        .fallback = Guarantee::kExactlyOnce},
                     FIELD(guarantee)));
}

std::vector<SettingRow> makeTable() {
  std::vector<SettingRow> rows;
  rows.push_back(row(Setting<std::uint64_t>{.path = "lockstep",
                                            .text = "Version of the file format",
                                            .fallback = kOne,
                                            .min = kOne,
                                            .max = kOne},
                     FIELD(format_version)));
  rows.push_back(row(Setting<SourceText>{.path = "application",
                                         .text = "Identity: consumer group, transactional.id, "
                                                 "internal topics, state. Never reuse it",
                                         .required = true},
                     FIELD(application)));
  addBatch(rows);
  addKafka(rows);
  addState(rows);
  addErrors(rows);
  addProcess(rows);
  return rows;
}

#undef FIELD

}  // namespace

const std::vector<SettingRow>& settingsTable() {
  static const std::vector<SettingRow> table = makeTable();
  return table;
}

}  // namespace lockstep::config
