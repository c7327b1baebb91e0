#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/status.hpp>
#include <lockstep/model/record.hpp>

#include "connectors/kafka/batch_timestamps.hpp"
#include "connectors/kafka/client_handle.hpp"

namespace lockstep::kafka {

/// Hands records to the producer, partition by partition, and collects what could not be delivered.
/// Thread: the committer's.
class RecordSender {
 public:
  RecordSender(ClientHandle& client, const BatchTimestamps& timestamps, Clock& clock);

  /// Forgets what was before the transaction.
  void begin();

  /// As TransactionalOutput::append(). E211 (kFatal) for a topic or partition that does not exist.
  Status append(const TopicPartition& target, std::span<const EncodedRecord> records,
                Deadline deadline, std::size_t& appended);

  /// Waits until every record is either delivered or has failed. kRetry when the deadline passes
  /// first. The first failure since the transaction began as the broker's cause.
  Status flush(Deadline deadline);

  /// Takes reports of failed records from the client, without waiting.
  void serveReports();
  [[nodiscard]] Status deliveryFailure() const;

 private:
  struct Topic {
    TopicHandle handle;
    std::int32_t partitions = 0;
  };
  Result<Topic*> topic(const std::string& name, Deadline deadline);
  /// Appends from records[0] until one is refused; says why.
  rd_kafka_resp_err_t send(rd_kafka_topic_t* topic, std::int32_t partition,
                           std::span<const EncodedRecord> records, std::size_t& taken);
  rd_kafka_resp_err_t sendRun(rd_kafka_topic_t* topic, std::int32_t partition,
                              std::span<const EncodedRecord> records, std::size_t& taken);
  rd_kafka_resp_err_t sendOne(rd_kafka_topic_t* topic, std::int32_t partition,
                              const EncodedRecord& record);
  void waitForRoom(unsigned waits);
  void waitForReports(std::chrono::milliseconds wait);
  void waitForDelivery(std::chrono::milliseconds wait);
  [[nodiscard]] Status refused(rd_kafka_resp_err_t error, const TopicPartition& target) const;

  ClientHandle& client_;
  const BatchTimestamps& timestamps_;
  Clock& clock_;
  QueueHandle reports_;
  std::vector<rd_kafka_message_t> run_;  ///< used again and again
  std::map<std::string, Topic> topics_;
  struct Failure {
    rd_kafka_resp_err_t error;
    std::string place;
  };
  // Of the transaction:
  std::optional<Failure> failure_;  ///< the first one
  std::size_t sent_records_ = 0;
  std::size_t sent_bytes_ = 0;  ///< of keys and values; a refused record may count twice
};

}  // namespace lockstep::kafka
