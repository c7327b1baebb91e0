#include "state/rocksdb/rocksdb_version.hpp"

#include <rocksdb/version.h>

namespace lockstep {

std::string rocksdbVersion() {
  return std::to_string(ROCKSDB_MAJOR) + '.' + std::to_string(ROCKSDB_MINOR) + '.' +
         std::to_string(ROCKSDB_PATCH);
}

}  // namespace lockstep
