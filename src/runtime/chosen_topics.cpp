#include "src/runtime/chosen_topics.hpp"

#include <algorithm>
#include <utility>

#include <lockstep/base/log.hpp>
#include <lockstep/model/internal_topics.hpp>

#include "src/runtime/retry.hpp"

namespace lockstep {

bool ChosenTopics::mayBeChosen(const std::string& topic) const {
  return !isInternalTopic(topic, options_.application) && !topic.starts_with("__") &&
         std::any_of(options_.prefixes.begin(), options_.prefixes.end(), [&](const auto& prefix) {
           return topic.size() > prefix.size() && topic.starts_with(prefix);
         });
}

Status ChosenTopics::find(Cluster& cluster, Clock& clock, Deadline deadline) {
  if (options_.prefixes.empty()) return {};
  LOCKSTEP_ASSIGN(auto names, retryUntil(deadline, clock, [&](std::chrono::milliseconds left) {
                    return cluster.topicNames(left);
                  }));
  std::erase_if(names, [this](const auto& name) { return !mayBeChosen(name); });
  std::sort(names.begin(), names.end());
  if (names.size() > options_.topics_max) {
    if (!std::exchange(too_many_, true))
      log::warn(
          "{} topics begin like those that records choose; only the first {}, up to '{}', are "
          "written: records for others go the errors.produce way",
          names.size(), options_.topics_max, names[options_.topics_max - 1]);
    names.resize(options_.topics_max);
  }
  names_ = std::move(names);
  return {};
}

void ChosenTopics::refuse(std::vector<TopicDescription>& topics) {
  for (TopicDescription& topic : topics) {
    if (!std::binary_search(names_.begin(), names_.end(), topic.name)) continue;
    const bool unknown = topic.max_message_bytes <= 0;
    if (unknown || topic.max_message_bytes >= options_.message_bytes_min) continue;
    topic.exists = false;
    topic.partitions = 0;
    if (std::find(refused_.begin(), refused_.end(), topic.name) != refused_.end()) continue;
    refused_.push_back(topic.name);
    log::warn(
        "topic '{}' takes batches of {} bytes, this process sends up to {}: it is written "
        "after the next start",
        topic.name, topic.max_message_bytes, options_.message_bytes_min);
  }
}

}  // namespace lockstep
