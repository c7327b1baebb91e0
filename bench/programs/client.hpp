#pragma once

// Shared by the bench programs: arguments, librdkafka handles, figures of the process. The programs
// share no code with Lockstep itself: they measure what the client library alone can do.
#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace bench {

[[noreturn]] void die(const std::string& message);
[[nodiscard]] double seconds();  ///< of the monotonic clock

/// key=value arguments.
class Arguments {
 public:
  Arguments(int count, char** values);
  [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise = "") const;
  [[nodiscard]] long number(const std::string& key, long otherwise) const;

 private:
  std::map<std::string, std::string> values_;
};

using Settings = std::map<std::string, std::string>;
[[nodiscard]] rd_kafka_t* makeConsumer(const Settings& settings);
/// Delivery reports come as events: flush() then waits on a condition variable, not in 10 ms steps.
[[nodiscard]] rd_kafka_t* makeProducer(const Settings& settings);
/// The settings that reach the bound (bench/README.md tells why each is there).
[[nodiscard]] Settings consumerSettings(const Arguments& arguments);
[[nodiscard]] Settings producerSettings(const Arguments& arguments);

void createTopic(rd_kafka_t* client, const std::string& topic, int partitions, bool compacted);
/// The handle of a topic with its metadata fetched: the first message waits up to a second
/// otherwise.
[[nodiscard]] rd_kafka_topic_t* warmTopic(rd_kafka_t* client, const std::string& topic);
void must(rd_kafka_error_t* error, const char* where);

/// User and system CPU seconds of all threads, and the largest resident set.
struct Usage {
  double cpu_s = 0;
  long rss_max_kib = 0;
};
[[nodiscard]] Usage usage();

[[nodiscard]] std::uint32_t murmur2(const void* bytes, std::size_t size);
/// 64-bit hash for checksums and the table; no relation to Kafka's.
[[nodiscard]] std::uint64_t hashBytes(const void* bytes, std::size_t size, std::uint64_t seed = 0);
[[nodiscard]] double quantile(std::vector<double> values, double q);

}  // namespace bench
