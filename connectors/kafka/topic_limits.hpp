#pragma once

#include <string_view>

#include <lockstep/model/cluster.hpp>

namespace lockstep::kafka {

/// Takes one entry of a topic's configuration over into its description; ignores the others.
/// Entries may come in any order; call finishLimits() after the last one.
void applyTopicConfig(TopicDescription& topic, std::string_view name, std::string_view value);

/// A broker that stamps records itself (LogAppendTime) refuses no timestamp.
void finishLimits(TopicDescription& topic, bool broker_stamps);

/// The names of the entries that applyTopicConfig() wants.
[[nodiscard]] bool isLogAppendTime(std::string_view name, std::string_view value);

}  // namespace lockstep::kafka
