#include "src/runtime/port_factories.hpp"

#include <lockstep/base/log.hpp>

#include "connectors/fetch/fetch_ports.hpp"
#include "connectors/kafka/kafka_cluster.hpp"
#include "connectors/kafka/kafka_input.hpp"
#include "connectors/kafka/kafka_output.hpp"
#include "src/runtime/reader_choice.hpp"

namespace lockstep {
namespace {

/// With a group and a transactional id named `name`.
Result<SourcePorts> kafkaSource(kafka::KafkaConnection connection, const std::string& name,
                                Clock& clock) {
  connection.application = name;
  connection.transactional_id.clear();
  connection.guarantee = Guarantee::kExactlyOnce;
  LOCKSTEP_ASSIGN(auto cluster, kafka::KafkaCluster::create(connection, clock));
  return SourcePorts{
      std::make_unique<kafka::KafkaInputFactory>(connection, kafka::InputUse::kReplay, clock),
      std::make_unique<kafka::KafkaOutputFactory>(connection, clock), std::move(cluster)};
}

}  // namespace

namespace {

using kafka::InputUse;

std::unique_ptr<InputFactory> makeInputs(const kafka::KafkaConnection& connection, InputUse use,
                                         bool native, Clock& clock) {
  if (!native) return std::make_unique<kafka::KafkaInputFactory>(connection, use, clock);
  return std::make_unique<fetch::FetchInputFactory>(fetchSettings(connection, use), clock);
}

}  // namespace

Result<ApplicationPorts> makeKafkaPorts(const kafka::KafkaConnection& connection, Clock& clock) {
  LOCKSTEP_ASSIGN(const auto reader, chooseReader(connection));
  log::info("kafka.reader: {}", reader.toString());
  LOCKSTEP_ASSIGN(auto cluster, kafka::KafkaCluster::create(connection, clock));
  auto outputs = std::make_unique<kafka::KafkaOutputFactory>(connection, clock);
  auto limit = [outputs = outputs.get()](Bytes bytes_max) { outputs->limitBatches(bytes_max); };
  return ApplicationPorts{makeInputs(connection, InputUse::kBatches, reader.native, clock),
                          makeInputs(connection, InputUse::kReplay, reader.native, clock),
                          std::move(outputs),
                          std::move(cluster),
                          [connection, &clock](const std::string& name) {
                            return kafkaSource(connection, name, clock);
                          },
                          std::move(limit)};
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
          kafka.cluster(application), [&kafka](const std::string& name) -> Result<SourcePorts> {
            memory::OutputOptions own;
            own.transactional_id = own.group = name;
            memory::InputOptions reads;
            reads.group = name;
            return SourcePorts{kafka.inputs(reads), kafka.outputs(own), kafka.cluster(name)};
          }};
}

}  // namespace lockstep
