#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/model/cluster.hpp>
#include <lockstep/ports/cluster.hpp>

namespace lockstep {

/// The topics that records of the application may choose: those that exist and begin with one of
/// the outputs' prefixes, but are not the application's own. Looked up at every start and whenever
/// the inputs are described, so that one that somebody makes is used some seconds later.
/// Thread: the control thread.
class ChosenTopics {
 public:
  struct Options {
    std::string application;
    std::vector<std::string> prefixes;
    /// The producer's batches are as large as the topics took that it knew at its start: a topic
    /// that takes less is left out (0 = any). Its records go the errors.produce way.
    std::int64_t message_bytes_min = 0;
    /// More are not used: every one costs a ledger entry per partition and batch.
    std::size_t topics_max = 1000;
  };

  explicit ChosenTopics(Options options) : options_(std::move(options)) {}

  /// Asks the cluster for the names.
  Status find(Cluster& cluster, Clock& clock, Deadline deadline);
  /// As found last, sorted; none without prefixes.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// Makes topics that cannot be used look as if they did not exist, and says so once.
  void refuse(std::vector<TopicDescription>& topics);

 private:
  [[nodiscard]] bool mayBeChosen(const std::string& topic) const;

  const Options options_;
  std::vector<std::string> names_;
  std::vector<std::string> refused_;  ///< said already
  bool too_many_ = false;             ///< said already
};

}  // namespace lockstep
