#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/model/internal_topics.hpp>

#include "src/engine/engine.hpp"

namespace lockstep::test {

/// What a cluster would say, as plain data: tests change it at will, the driver reads it to answer
/// the engine's questions and applies committed transactions to it. No protocol, no threads.
struct FakeCluster {
  std::string application = "app";
  std::map<std::string, TopicDescription> topics;
  std::map<TopicPartition, CommittedOffset> committed;
  std::map<TopicPartition, Offset> log_starts;
  std::map<TopicPartition, Offset> ends;  ///< of every partition; inputs: last stable as well
  std::vector<TopicPartition> pending;    ///< inputs with open transactions
  std::optional<LedgerRecord> ledger;
  std::uint64_t ledger_hash = 0;
  bool has_local_state = false;
  std::vector<event::MatchedTopic> matched;  ///< what the cluster's reader finds for the patterns

  void addTopic(const std::string& name, std::int32_t partitions, std::string id = "") {
    TopicDescription topic;
    topic.name = name;
    topic.exists = true;
    topic.id = id.empty() ? name + "-id" : std::move(id);
    topic.partitions = partitions;
    topics[name] = topic;
    for (std::int32_t i = 0; i < partitions; ++i) ends.try_emplace({name, Partition{i}}, Offset{0});
  }
  Offset& end(const std::string& topic, std::int32_t partition = 0) {
    return ends[{topic, Partition{partition}}];
  }
  Offset& logStart(const std::string& topic, std::int32_t partition = 0) {
    return log_starts[{topic, Partition{partition}}];
  }
  CommittedOffset& offsetOf(const std::string& topic, std::int32_t partition = 0) {
    return committed[{topic, Partition{partition}}];
  }

  /// The transaction happened.
  void commit(const command::CommitTransaction& transaction);
  [[nodiscard]] event::ClusterRead read(const EngineOptions& options) const;
  [[nodiscard]] event::InputEndsRead inputEnds(const EngineOptions& options,
                                               const command::ReadInputEnds& command) const;
  [[nodiscard]] event::InputsIdentified identify(const EngineOptions& options) const;
  [[nodiscard]] event::DecisionEndsRead decisionEnds(const EngineOptions& options) const;

 private:
  [[nodiscard]] std::vector<std::string> inputTopics(const EngineOptions& options) const {
    std::vector<std::string> names;
    for (const auto& input : options.inputs) names.push_back(input.topic);
    for (const auto& topic : matched) names.push_back(topic.topic);
    return names;
  }
  [[nodiscard]] std::vector<TopicPartition> partitionsOf(const std::string& topic) const;
  [[nodiscard]] Offset logStartOf(const TopicPartition& partition) const {
    const auto found = log_starts.find(partition);
    return found == log_starts.end() ? Offset{0} : found->second;
  }
};

}  // namespace lockstep::test
