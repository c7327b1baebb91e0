#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/model/topic_partition.hpp>

#include "connectors/memory/memory_kafka.hpp"
#include "src/config/model.hpp"

namespace lockstep::cli {

/// The application as a try runs it: records that choose their topic or partition all go to one,
/// and files to a topic of the name of their path, so that their records are shown like others.
[[nodiscard]] config::ApplicationConfig triedOut(config::ApplicationConfig application);

/// The in-process Kafka of one `lockstep try`: its topics, lines going in, records coming out.
/// Thread: one at a time.
class TrySession {
 public:
  /// Makes every topic of the application (as of triedOut()), with one partition: the order of
  /// lines stays visible.
  TrySession(const config::ApplicationConfig& application, Clock& clock);

  [[nodiscard]] memory::MemoryKafka& kafka() { return kafka_; }

  /// Appends lines as records of `topic`, all visible at once. With `keys`, a line is KEY, tab,
  /// VALUE.
  void feed(const std::string& topic, const std::vector<std::string>& lines, bool keys);
  /// Whether everything fed to `topic` was committed as read.
  [[nodiscard]] bool caughtUp(const std::string& topic);
  /// Prints what the outputs have committed since the last call to stdout, dead letters to stderr.
  void printNew();

 private:
  void print(const config::KafkaOutputConfig& output, const memory::OwnedRecord& record) const;
  [[nodiscard]] std::vector<memory::OwnedRecord> newRecords(const std::string& topic);

  const config::ApplicationConfig& application_;
  Clock& clock_;
  memory::MemoryKafka kafka_;
  std::map<std::string, Offset> fed_;      ///< end offset of each input topic
  std::map<std::string, Offset> printed_;  ///< next offset of each output topic to print
  bool many_outputs_ = false;
};

}  // namespace lockstep::cli
