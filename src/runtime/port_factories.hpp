#pragma once

#include "connectors/kafka/kafka_connection.hpp"
#include "connectors/memory/memory_kafka.hpp"
#include "src/runtime/application.hpp"

namespace lockstep {

/// The ports of an application on a real cluster. Connects to nothing yet.
[[nodiscard]] Result<ApplicationPorts> makeKafkaPorts(const kafka::KafkaConnection& connection,
                                                      Clock& clock);

/// The ports of an application on a Kafka inside this process, which outlives them.
[[nodiscard]] ApplicationPorts makeMemoryPorts(memory::MemoryKafka& kafka,
                                               const std::string& application,
                                               Guarantee guarantee = Guarantee::kExactlyOnce);

}  // namespace lockstep
