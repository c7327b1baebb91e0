#pragma once

#include <chrono>
#include <span>

#include <lockstep/base/status.hpp>
#include <lockstep/model/cluster.hpp>
#include <lockstep/model/offset_range.hpp>

#include "connectors/kafka/client_handle.hpp"

namespace lockstep::kafka {

/// Fills the limits of every topic that exists from its configuration. Waits at most `timeout`.
[[nodiscard]] Status addTopicLimits(ClientHandle& client, std::span<TopicDescription> topics,
                                    std::chrono::milliseconds timeout);

/// Asks the controller to create topics; one that exists is no error.
[[nodiscard]] Status requestTopics(ClientHandle& client, std::span<const NewTopic> topics,
                                   std::chrono::milliseconds timeout);

/// Asks the leaders to delete the records below each offset.
[[nodiscard]] Status requestDeletion(ClientHandle& client, std::span<const PartitionOffset> before,
                                     std::chrono::milliseconds timeout);

}  // namespace lockstep::kafka
