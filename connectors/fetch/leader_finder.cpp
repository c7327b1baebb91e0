#include "connectors/fetch/leader_finder.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "connectors/fetch/fetch_errors.hpp"

namespace lockstep::fetch {

namespace {

std::vector<std::string> topicsOf(const LoopPartitions& partitions) {
  std::set<std::string> topics;
  for (const auto& partition : partitions) topics.insert(partition->source.topic);
  return {topics.begin(), topics.end()};
}

}  // namespace

LeaderFinder::LeaderFinder(const FetchSettings& settings, BrokerSet& brokers,
                           LoopPartitions& partitions, const Clock& clock)
    : settings_(settings),
      brokers_(brokers),
      partitions_(partitions),
      clock_(clock),
      topics_(topicsOf(partitions)) {}

bool LeaderFinder::step() {
  const auto now = clock_.now();
  if (known_ && now >= refresh_at_) wanted_ = true;
  if (!wanted_ || asked_) return false;
  if (now < not_before_) return true;
  auto* broker = brokers_.any();
  if (broker == nullptr) {
    MutexLock lock(mutex_);
    trouble_ = brokers_.trouble();
    return true;
  }
  asked_ = true;
  wanted_ = false;
  not_before_ = now + settings_.error_backoff;
  broker->send(kMetadataApi, metadataRequest(topics_), {},
               [this](const Result<Answer>& answer) { take(answer); });
  return false;
}

void LeaderFinder::take(const Result<Answer>& answer) {
  asked_ = false;
  refresh_at_ = clock_.now() + settings_.metadata_refresh;
  const auto view = answer.ok() ? readMetadata(answer->body) : std::nullopt;
  if (!view) {
    wanted_ = true;
    return;
  }
  brokers_.learn(view->brokers);
  auto status = apply(*view);
  if (!status.ok() && status.reaction() == Reaction::kRetry) {
    wanted_ = true;  // a leader is being elected: no reason to wait for it
    status = {};
  }
  answerFirst(std::move(status));
}

Status LeaderFinder::apply(const ClusterView& view) {
  Status worst;
  for (const auto& partition : partitions_) {
    auto status = toStatus(place(*partition, view), toString(partition->source));
    if (status.ok()) continue;
    if (status.info().code == "E211") status = miss(*partition, status);
    if (status.reaction() == Reaction::kFatal) partition->feed->fail(status);
    if (worst.ok() || worst.reaction() == Reaction::kRetry) worst = std::move(status);
  }
  return worst;
}

std::int16_t LeaderFinder::place(LoopPartition& partition, const ClusterView& view) {
  const auto topic = std::find_if(
      view.topics.begin(), view.topics.end(),
      [&](const TopicLeaders& leaders) { return leaders.topic == partition.source.topic; });
  if (topic == view.topics.end()) return wire_error::kUnknownTopicOrPartition;
  if (topic->error != wire_error::kNone) return topic->error;
  const auto found = std::find_if(topic->partitions.begin(), topic->partitions.end(),
                                  [&](const PartitionLeader& leader) {
                                    return leader.partition == partition.source.partition.value();
                                  });
  if (found == topic->partitions.end()) return wire_error::kUnknownTopicOrPartition;
  partition.missing_since.reset();
  partition.leader = found->leader;
  partition.epoch = found->epoch;
  return found->leader < 0 ? wire_error::kLeaderNotAvailable : wire_error::kNone;
}

Status LeaderFinder::miss(LoopPartition& partition, const Status& why) {
  const auto now = clock_.now();
  if (!partition.missing_since) partition.missing_since = now;
  const bool for_long = now - *partition.missing_since >= settings_.topic_gone_max;
  if (!known_ || for_long) return why;
  return toStatus(wire_error::kLeaderNotAvailable, toString(partition.source));
}

void LeaderFinder::answerFirst(Status status) {
  known_ = true;
  MutexLock lock(mutex_);
  if (first_) return;
  first_ = std::move(status);
  answered_.notify_all();
}

Status LeaderFinder::awaitFirst(Deadline deadline) {
  MutexLock lock(mutex_);
  while (!first_) {
    const auto left = deadline.at - clock_.now();
    if (left <= left.zero()) {
      return trouble_.ok() ? noAnswer(topics_.empty() ? "" : topics_.front(), "") : trouble_;
    }
    answered_.wait_for(lock, left);
  }
  return *first_;
}

}  // namespace lockstep::fetch
