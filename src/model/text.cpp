#include <fmt/format.h>

#include <lockstep/model/offset_range.hpp>
#include <lockstep/model/topic_partition.hpp>

namespace lockstep {

std::string toString(const TopicPartition& partition) {
  return fmt::format("{}/{}", partition.topic, partition.partition.value());
}

std::string toString(const OffsetRange& range) {
  return fmt::format("{} [{}, {})", toString(range.partition), range.from.value(),
                     range.until.value());
}

}  // namespace lockstep
