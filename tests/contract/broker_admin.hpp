#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/client_handle.hpp"
#include "tests/contract/kafka_fixture.hpp"

namespace lockstep::test {

/// What scripts do to a real broker behind the ports' backs. Throws std::runtime_error.
class BrokerAdmin {
 public:
  explicit BrokerAdmin(const kafka::KafkaConnection& connection);

  void produce(const TopicPartition& target, const std::vector<Record>& records);
  [[nodiscard]] std::vector<SeenRecord> readAll(const TopicPartition& partition,
                                                Isolation isolation);
  void deleteTopic(const std::string& topic);
  void growTopic(const std::string& topic, std::int32_t partitions);
  void deleteRecords(const TopicPartition& partition, Offset before);
  /// Makes the broker's cleaner look for work often. False when the broker refuses.
  [[nodiscard]] bool hurryCleaner();
  [[nodiscard]] Offset end(const TopicPartition& partition, Isolation isolation);

 private:
  [[nodiscard]] std::int32_t partitionsOf(const std::string& topic);
  rd_kafka_t* client(Isolation isolation);

  const kafka::KafkaConnection connection_;
  std::unique_ptr<kafka::ClientHandle> producer_;
  std::unique_ptr<kafka::ClientHandle> committed_;
  std::unique_ptr<kafka::ClientHandle> uncommitted_;
};

/// Sends records through `producer` and waits until the broker has them.
void sendRecords(kafka::ClientHandle& producer, const TopicPartition& target,
                 const std::vector<Record>& records);
/// A producer of a script's own; transactional when `transactional_id` is not empty. `codec` as
/// the client's setting names it.
[[nodiscard]] std::unique_ptr<kafka::ClientHandle> makeScriptProducer(
    const kafka::KafkaConnection& connection, const std::string& transactional_id,
    const std::string& codec = "none");
/// Polls until `done()`, at most 30 s.
void await(const std::string& what, const std::function<bool()>& done);
/// Throws unless the error is null or "no error".
void require(rd_kafka_error_t* error, const std::string& what);
void require(rd_kafka_resp_err_t error, const std::string& what);

}  // namespace lockstep::test
