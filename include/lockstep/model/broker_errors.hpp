#pragma once

#include <lockstep/base/status.hpp>
#include <lockstep/model/offset_range.hpp>

namespace lockstep {

/// What every connector to Kafka says of the same trouble in the same words, and what to do
/// about it.
namespace broker_help {
inline constexpr const char* kReach =
    "check kafka.bootstrap, the network, and that the brokers are up";
inline constexpr const char* kAcl =
    "grant the ACLs that 'lockstep check' lists: Read on inputs and group, Write and Describe on "
    "outputs, transactional.id and internal topics";
inline constexpr const char* kTopic = "create the topic, or correct its name or partition count";
inline constexpr const char* kOffset =
    "lockstep reset FILE --to-earliest --state keep|clear chooses where to go on";
inline constexpr const char* kVersion = "the oldest supported broker is Kafka 3.6";
}  // namespace broker_help

/// `wanted` is not in the log any more (E203), or lies past its end (E204). Fatal, exit code 65.
/// REQUIRES: it is one of the two.
[[nodiscard]] Status offsetOutOfRange(const PartitionOffset& wanted, Offset log_start,
                                      Offset log_end);

}  // namespace lockstep
