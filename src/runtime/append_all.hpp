#pragma once

#include <chrono>
#include <span>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/transactional_output.hpp>

namespace lockstep {

/// How long to try again, and the pause in between.
struct Patience {
  Deadline deadline;
  Clock& clock;
  std::chrono::milliseconds pause;
};

/// Appends all records, in as many calls as the output's queue needs. An error names the partition;
/// kRetry: the deadline has passed. Thread: the output's.
[[nodiscard]] Status appendAll(TransactionalOutput& output, const TopicPartition& target,
                               std::span<const EncodedRecord> records, const Patience& patience);

}  // namespace lockstep
