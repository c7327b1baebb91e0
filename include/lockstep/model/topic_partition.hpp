#pragma once

#include <compare>
#include <functional>
#include <string>

#include <lockstep/model/ids.hpp>

namespace lockstep {

/// One log of Kafka. Prints as "orders/7".
struct TopicPartition {
  std::string topic;
  Partition partition;

  auto operator<=>(const TopicPartition&) const = default;
};

[[nodiscard]] std::string toString(const TopicPartition& partition);

}  // namespace lockstep

template <>
struct std::hash<lockstep::TopicPartition> {
  std::size_t operator()(const lockstep::TopicPartition& tp) const noexcept {
    return std::hash<std::string>{}(tp.topic) * 31 + static_cast<std::size_t>(tp.partition.value());
  }
};
