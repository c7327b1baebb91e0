#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/units.hpp>
#include <lockstep/model/guarantee.hpp>

namespace lockstep::kafka {

/// How clients prove who they are. Empty fields are not passed on.
struct KafkaSecurity {
  std::string protocol = "plaintext";  ///< plaintext | ssl | sasl_plaintext | sasl_ssl
  std::string mechanism = {};          ///< PLAIN | SCRAM-SHA-256 | SCRAM-SHA-512
  std::string username = {};
  std::string password = {};  ///< secret: never printed
  std::string ca_file = {};   ///< PEM; empty: the machine's authorities
  std::string certificate_file = {};
  std::string key_file = {};
  std::string key_password = {};  ///< secret: never printed
};

/// Who fetches. kAuto: our own reader where the connection has no security and `client` no key that
/// it does not know, else librdkafka.
enum class ReaderKind { kAuto, kNative, kLibrdkafka };

/// All that the clients of one application need to know. A plain value; copied into each port.
struct KafkaConnection {
  std::string bootstrap = {};  ///< "host:port,host:port"
  KafkaSecurity security;
  /// Further librdkafka keys as the user wrote them; each has to pass allowedClientKey().
  std::vector<std::pair<std::string, std::string>> client;
  std::string application = {};       ///< consumer group
  std::string transactional_id = {};  ///< empty: the application's name
  Guarantee guarantee = Guarantee::kExactlyOnce;
  ReaderKind reader = ReaderKind::kLibrdkafka;

  /// The broker aborts a transaction that is open for longer.
  std::chrono::milliseconds transaction_timeout{60'000};
  /// Bytes that the batch input may hold ahead of its readers, over all partitions.
  Bytes input_queue_bytes_max{128 * 1024 * 1024};
  /// The same for a replay of an internal topic.
  Bytes replay_queue_bytes_max{16 * 1024 * 1024};
  /// Bytes and records that wait in the producer; append() waits beyond it.
  Bytes output_queue_bytes_max{64 * 1024 * 1024};
  /// Enough to fill a request for each of some partitions while the one before it is under way.
  /// More only fills memory that the client then meets with cold caches.
  std::uint32_t output_queue_records_max = 50'000;
  /// Largest produce batch before compression. Set it to the smallest max.message.bytes among the
  /// output topics when that is less: the broker refuses a larger batch.
  Bytes output_batch_bytes_max{1'000'000};
};

}  // namespace lockstep::kafka
