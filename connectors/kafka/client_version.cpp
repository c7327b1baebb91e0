#include "connectors/kafka/client_version.hpp"

#include <librdkafka/rdkafka.h>

namespace lockstep::kafka {

std::string clientVersion() { return rd_kafka_version_str(); }

}  // namespace lockstep::kafka
