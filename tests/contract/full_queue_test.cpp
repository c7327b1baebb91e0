// A queue that is full of many partitions' few records, of which no batch is full.
#include <cstdlib>

#include "connectors/kafka/kafka_ports.hpp"
#include "tests/contract/script.hpp"

namespace lockstep::test {

TEST_CASE("a queue full of small parts does not wait for time to send them", "[contract][output]") {
  Script script;
  const TopicPartition in = script.topic("in");
  const TopicPartition out = script.topic("out", 20);
  kafka::KafkaConnection connection;
  connection.bootstrap = std::getenv("LOCKSTEP_TEST_BROKER");
  connection.application = script.name("full");
  connection.output_queue_records_max = 50;
  // Time sends nothing before append() has given up.
  connection.client = {{"linger.ms", "50000"}};
  auto output = kafka::KafkaOutputFactory(connection, script.clock()).createOutput().value();
  REQUIRE(script.init(*output).ok());
  REQUIRE(output->begin().ok());

  const Values values(20, "v");
  const auto deadline = Deadline::in(script.clock(), std::chrono::seconds(30));
  std::vector<EncodedRecord> records;
  for (const auto& value : values) records.push_back({"k", value, script.clock().wallNow(), {}});
  for (int partition = 0; partition < 20; ++partition) {
    std::size_t appended = 0;
    REQUIRE(output->append({out.topic, Partition(partition)}, records, deadline, appended).ok());
  }
  REQUIRE(script.commit(*output, {{in, Offset(1)}}).ok());
  for (const int partition : {0, 19}) {
    const TopicPartition written{out.topic, Partition(partition)};
    static_cast<void>(script.awaitStable(written));  // the marker may come after the commit
    CHECK(script.values(written) == values);
  }
}

}  // namespace lockstep::test
