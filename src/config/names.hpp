#pragma once

#include <string>
#include <string_view>

namespace lockstep::config {

/// Why Kafka would refuse the topic name; empty for a legal one. (1 to 249 of a-z A-Z 0-9 . _ -)
[[nodiscard]] std::string topicNameProblem(std::string_view name);
/// Why the application's name cannot be part of topic names, a transactional id and a folder name.
[[nodiscard]] std::string applicationNameProblem(std::string_view name);
/// Why a stream's name or a step's id is illegal. (1 to 64 of a-z A-Z 0-9 _ -)
[[nodiscard]] std::string localNameProblem(std::string_view name);
/// True for topics that the application writes for itself: its ledger, changelogs, write-ahead
/// logs.
[[nodiscard]] bool isInternalTopic(std::string_view topic, std::string_view application);

}  // namespace lockstep::config
