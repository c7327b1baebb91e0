#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "src/engine/events.hpp"

namespace lockstep {

/// Look-ups in what ReadCluster brought. Points into the event: it has to live as long.
class ClusterView {
 public:
  explicit ClusterView(const event::ClusterRead& read) : read_(read) {
    for (const auto& topic : read.topics) topics_.emplace(topic.name, &topic);
    for (const auto& offset : read.committed) committed_.emplace(offset.partition, &offset);
    for (const auto& offset : read.log_starts) log_starts_.emplace(offset.partition, offset.next);
    for (const auto& offset : read.last_stable) last_stable_.emplace(offset.partition, offset.next);
    for (const auto& offset : read.high_watermarks) ends_.emplace(offset.partition, offset.next);
  }

  [[nodiscard]] const event::ClusterRead& read() const { return read_; }

  /// Null for a topic that does not exist.
  [[nodiscard]] const TopicDescription* topic(const std::string& name) const {
    const auto found = topics_.find(name);
    return found != topics_.end() && found->second->exists ? found->second : nullptr;
  }
  /// Whether some topic that was asked for does not exist.
  [[nodiscard]] bool lacksTopic() const {
    for (const auto& topic : read_.topics) {
      if (!topic.exists) return true;
    }
    return false;
  }
  /// Null when nothing is committed, or it has expired.
  [[nodiscard]] const CommittedOffset* committed(const TopicPartition& partition) const {
    const auto found = committed_.find(partition);
    return found != committed_.end() && found->second->offset ? found->second : nullptr;
  }
  [[nodiscard]] std::optional<Offset> logStart(const TopicPartition& partition) const {
    return find(log_starts_, partition);
  }
  [[nodiscard]] std::optional<Offset> lastStable(const TopicPartition& partition) const {
    return find(last_stable_, partition);
  }
  [[nodiscard]] std::optional<Offset> highWatermark(const TopicPartition& partition) const {
    return find(ends_, partition);
  }

 private:
  using Offsets = std::unordered_map<TopicPartition, Offset>;
  static std::optional<Offset> find(const Offsets& offsets, const TopicPartition& partition) {
    const auto found = offsets.find(partition);
    if (found == offsets.end()) return std::nullopt;
    return found->second;
  }

  const event::ClusterRead& read_;
  std::unordered_map<std::string_view, const TopicDescription*> topics_;
  std::unordered_map<TopicPartition, const CommittedOffset*> committed_;
  Offsets log_starts_;
  Offsets last_stable_;
  Offsets ends_;
};

}  // namespace lockstep
