#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "connectors/memory/admin.hpp"
#include "src/config/model.hpp"
#include "src/runtime/application.hpp"
#include "src/simulation/evidence.hpp"
#include "src/simulation/fault_run.hpp"

namespace lockstep::cli {

/// Each fed topic and most outputs have one partition.
inline constexpr Partition kTestPartition{0};

/// A file's application as one of its tests runs it, and the records that the test feeds to it: the
/// same with and without faults. What is expected of a stream is read from a topic in JSON, outputs
/// outside Kafka are left out. Thread: one.
class TestBench {
 public:
  /// `test` outlives the bench. REQUIRES: the file has no errors, and was fedByHand().
  TestBench(const config::ApplicationConfig& application, const config::TestConfig& test);

  [[nodiscard]] const config::ApplicationConfig& application() const { return application_; }
  [[nodiscard]] const config::TestConfig& test() const { return test_; }
  /// An entry of the test is a step.
  [[nodiscard]] sim::Subject::Plan plan() const;

  void createTopics(memory::Admin& kafka) const;
  /// Where a stream that is expected, or an output with this topic, shows its records.
  [[nodiscard]] std::string topicOf(const std::string& name) const;
  /// The name in `expect` of a topic.
  [[nodiscard]] static std::string nameOf(const std::string& topic);
  /// The topics that are written, and how many partitions each has.
  [[nodiscard]] const std::map<std::string, std::int32_t>& written() const { return topics_; }
  [[nodiscard]] sim::EvidenceTaker taker() const {
    return {application_.application.text, topics_};
  }
  /// The output that writes a topic; null for dead letters.
  [[nodiscard]] const config::KafkaOutputConfig* outputTo(const std::string& topic) const;

  /// The application, where an entry is exactly one batch, whatever the file's limits are. Made
  /// anew from the file with each call.
  [[nodiscard]] Result<ApplicationSpec> spec() const;
  /// Produces the records of an entry whose first batch is at `tick`.
  void feed(memory::Admin& kafka, const config::TestBatch& batch, WallTime tick) const;

 private:
  const config::TestConfig& test_;
  const config::ApplicationConfig application_;
  std::map<std::string, std::int32_t> topics_;
};

}  // namespace lockstep::cli
