#pragma once

#include <string>

#include <lockstep/model/cluster.hpp>
#include <lockstep/model/record.hpp>

namespace lockstep {

/// Why the broker would refuse `record` on `topic`, judged at `wall_now`; "" = it takes it. Limits
/// that are unknown (0 bytes, max() distance) refuse nothing.
[[nodiscard]] std::string whyRefused(const EncodedRecord& record, const TopicDescription& topic,
                                     WallTime wall_now);

/// Most bytes that a record with these parts takes as a batch of its own, uncompressed.
[[nodiscard]] std::size_t wireBytesMax(const EncodedRecord& record);

}  // namespace lockstep
