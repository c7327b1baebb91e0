#include "src/runtime/port_factories.hpp"

#include "connectors/kafka/kafka_cluster.hpp"
#include "connectors/kafka/kafka_input.hpp"
#include "connectors/kafka/kafka_output.hpp"

namespace lockstep {

Result<ApplicationPorts> makeKafkaPorts(const kafka::KafkaConnection& connection, Clock& clock) {
  using kafka::InputUse;
  LOCKSTEP_ASSIGN(auto cluster, kafka::KafkaCluster::create(connection, clock));
  auto outputs = std::make_unique<kafka::KafkaOutputFactory>(connection, clock);
  auto limit = [outputs = outputs.get()](Bytes bytes_max) { outputs->limitBatches(bytes_max); };
  return ApplicationPorts{
      std::make_unique<kafka::KafkaInputFactory>(connection, InputUse::kBatches, clock),
      std::make_unique<kafka::KafkaInputFactory>(connection, InputUse::kReplay, clock),
      std::move(outputs), std::move(cluster), std::move(limit)};
}

ApplicationPorts makeMemoryPorts(memory::MemoryKafka& kafka, const std::string& application,
                                 Guarantee guarantee) {
  memory::OutputOptions output;
  output.transactional_id = application;
  output.group = application;
  output.guarantee = guarantee;
  memory::InputOptions input;
  input.group = application;
  return {kafka.inputs(input), kafka.inputs(input), kafka.outputs(output),
          kafka.cluster(application)};
}

}  // namespace lockstep
