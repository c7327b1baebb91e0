#pragma once

#include <cstdint>
#include <string>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/strong.hpp>

namespace lockstep {

/// Number of a partition within its topic, from 0.
using Partition = Strong<struct PartitionTag, std::int32_t>;
/// A position in a partition's log: always the *next* record to read, never the last one read.
using Offset = Strong<struct OffsetTag, std::int64_t>;
/// Number of a batch of one application, from 1; 0 = nothing was committed yet.
using BatchId = Strong<struct BatchIdTag, std::uint64_t>;
/// Number of a start of one application, from 1, counted by the claims in the ledger.
using Incarnation = Strong<struct IncarnationTag, std::uint64_t>;
/// 64 random bits chosen by a process at start: tells our own claim from another's.
using Nonce = Strong<struct NonceTag, std::uint64_t>;
/// Number of a state shard of one operator, from 0; also the partition of its changelog.
using ShardId = Strong<struct ShardIdTag, std::uint32_t>;

/// The time a batch stands for: a multiple of the batch interval; never goes back.
using BatchTime = WallTime;

[[nodiscard]] constexpr BatchId next(BatchId id) { return BatchId{id.value() + 1}; }
[[nodiscard]] constexpr Incarnation next(Incarnation id) { return Incarnation{id.value() + 1}; }
/// Distance in offsets, an upper bound of the records in between (control records, holes).
[[nodiscard]] constexpr std::int64_t span(Offset from, Offset until) {
  return until.value() - from.value();
}

}  // namespace lockstep
