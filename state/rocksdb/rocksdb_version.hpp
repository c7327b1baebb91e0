#pragma once

#include <string>

namespace lockstep {

/// The version of RocksDB that is linked.
[[nodiscard]] std::string rocksdbVersion();

}  // namespace lockstep
