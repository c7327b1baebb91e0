#include "src/runtime/linked_versions.hpp"

#include "connectors/kafka/client_version.hpp"
#include "state/rocksdb/rocksdb_version.hpp"

namespace lockstep {

std::vector<std::pair<std::string, std::string>> linkedVersions() {
  return {{"librdkafka", kafka::clientVersion()}, {"rocksdb", rocksdbVersion()}};
}

}  // namespace lockstep
