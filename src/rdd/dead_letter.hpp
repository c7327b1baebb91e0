#pragma once

#include <string>

#include <lockstep/model/cluster.hpp>
#include <lockstep/model/record_batch.hpp>
#include <lockstep/rdd/task.hpp>

namespace lockstep {

/// "orders/7@42: step 'parse': long takes 8 bytes, found 3". After a shuffle the key stands in
/// place of the position.
[[nodiscard]] std::string describeFailure(const FailedElement& element, const RecordError& error);

struct DeadLetterTarget {
  const TopicDescription& topic;
  BatchTime batch_time;
  WallTime wall_now;
};

/// Appends the element as it came, with headers that say what happened: lockstep.topic,
/// lockstep.partition, lockstep.offset (of an input record), lockstep.step, lockstep.kind,
/// lockstep.cause. Cut to fit the topic: first its own headers go, then the value's end, then the
/// key's; lockstep.cut then holds the value's original size. The input's timestamp is kept unless
/// the topic would refuse it.
void appendDeadLetter(const FailedElement& element, const RecordError& error,
                      const DeadLetterTarget& target, RecordBatch& out);

}  // namespace lockstep
