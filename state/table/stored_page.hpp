#pragma once

#include <cstdint>
#include <vector>

#include <lockstep/base/arena.hpp>

#include "state/table/table_entry.hpp"

namespace lockstep {

/// A part of what the checkpoint store has of a shard, as a walk over all keys passes it on:
/// entries beside the table, sorted as a scan is.
struct StoredPage {
  static constexpr std::size_t kKeys = 1024;
  static constexpr std::uint64_t kEnd = std::uint64_t{1} << 32;  ///< behind the last hash

  std::vector<TableEntry> entries;
  Arena bytes{std::size_t{16} * 1024};
  std::uint64_t from = 0;  ///< all stored keys with hashes in [from, until)
  std::uint64_t until = 0;

  [[nodiscard]] bool covers(std::uint64_t hash) const { return hash >= from && hash < until; }
};

}  // namespace lockstep
