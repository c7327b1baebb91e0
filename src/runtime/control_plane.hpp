#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/model/topic_pattern.hpp>
#include <lockstep/ports/cluster.hpp>
#include <lockstep/ports/file_store.hpp>
#include <lockstep/ports/input.hpp>
#include <lockstep/ports/state_backend.hpp>

#include "src/engine/commands.hpp"
#include "src/engine/events.hpp"
#include "src/runtime/chosen_topics.hpp"

namespace lockstep {

/// The control role: reads the cluster, creates topics, restores the state. Blocking calls, each
/// within its deadline; reports facts and decides nothing.
/// Thread: the control thread.
class ControlPlane {
 public:
  struct Options {
    std::string application;
    std::vector<std::string> inputs;
    std::vector<TopicPattern> patterns = {};
    /// Of receivers and file readers, as far as they are no inputs: what positions are kept in.
    std::vector<std::string> source_topics = {};
    std::vector<std::string> outputs;          ///< dead letter topic included
    ChosenTopics::Options chosen = {};         ///< outputs whose records choose their topic
    std::vector<std::string> state_operators;  ///< ids
    std::chrono::milliseconds restore_patience{60'000};
    /// Read who owns the application with every decision's ends, also without state: nothing else
    /// tells that a second instance has claimed it.
    bool read_owner = false;
  };
  struct Ports {
    Cluster& cluster;
    InputFactory& inputs;  ///< for replays of internal topics
    Input& batch_input;
    StateBackend* state;  ///< null without stateful operators
    std::function<bool()> has_local_state;
    /// Told of every description, so that outputs know partition counts and limits.
    std::function<void(const std::vector<TopicDescription>&)> on_topics;
    FileStore* files = nullptr;  ///< null without outputs that write files
    /// Asked before input ends are read: kRetry while files are still being read into inputs.
    std::function<Status()> inputs_complete = [] { return Status(); };
    /// Told when the state was restored; may refuse it.
    std::function<Status()> state_restored = [] { return Status(); };
  };

  ControlPlane(Ports ports, Clock& clock, Options options);

  [[nodiscard]] event::ClusterRead execute(const command::ReadCluster& command);
  [[nodiscard]] event::TopicsCreated execute(const command::CreateTopics& command);
  [[nodiscard]] event::StateRestored execute(const command::RestoreState& command);
  [[nodiscard]] event::DecisionEndsRead execute(const command::ReadDecisionEnds& command);
  [[nodiscard]] event::InputsIdentified execute(const command::IdentifyInputs& command);
  [[nodiscard]] event::InputEndsRead execute(const command::ReadInputEnds& command);
  [[nodiscard]] event::InputsAssigned execute(const command::AssignInputs& command);

 private:
  using Partitions = std::vector<TopicPartition>;

  Status describeChosen(Deadline deadline);
  [[nodiscard]] std::vector<std::string> outputs() const;
  Status matchTopics(Deadline deadline);
  [[nodiscard]] std::vector<event::MatchedTopic> matched() const;
  [[nodiscard]] std::vector<std::string> inputs() const;
  [[nodiscard]] std::string patternOf(const std::string& topic) const;
  void matchListed(const LedgerRecord& ledger, std::vector<TopicDescription>& topics);
  Status readInputEnds(const command::ReadInputEnds& command, Deadline deadline,
                       event::InputEndsRead& read);
  Status findPending(Deadline deadline, event::InputEndsRead& read);
  Status readCluster(event::ClusterRead& read, Deadline deadline);
  [[nodiscard]] Result<CommittedOffset> ledgerMark(Deadline deadline);
  Status describe(event::ClusterRead& read, Deadline deadline);
  Status readOffsets(event::ClusterRead& read, Deadline deadline);
  Status readLedger(event::ClusterRead& read, Deadline deadline);
  Status takeLastRecord(PartitionInput& ledger, Offset until, Deadline deadline,
                        event::ClusterRead& read);
  /// What the cluster says of each of the partitions.
  using Question = decltype(&Cluster::logStarts);
  [[nodiscard]] Result<std::vector<PartitionOffset>> offsets(Question question,
                                                             const Partitions& partitions,
                                                             Deadline deadline);
  [[nodiscard]] std::vector<std::string> changelogs() const;
  [[nodiscard]] std::vector<std::string> allTopics() const;
  [[nodiscard]] Partitions partitionsOf(const std::vector<std::string>& topics) const;

  Ports ports_;
  Clock& clock_;
  const Options options_;
  ChosenTopics chosen_;
  std::map<std::string, std::string> matched_;  ///< topics by pattern, once they were seen
  std::vector<TopicDescription> topics_;        ///< as last described
};

}  // namespace lockstep
