#include "connectors/memory/memory_cluster.hpp"

#include <algorithm>

namespace lockstep::memory {

namespace {
using std::chrono::milliseconds;
constexpr milliseconds kSocketTimeout{10'000};
constexpr milliseconds kRetryBackoff{10};
}  // namespace

MemoryCluster::MemoryCluster(Connection connection, std::string group)
    : connection_(connection),
      client_(std::make_shared<ClientName>(ClientName{{}, std::move(group)})) {}

template <class Request, class Accept>
Result<typename Request::Reply> MemoryCluster::ask(const Request& request, Timeout timeout,
                                                   Accept accept) {
  Clock& clock = connection_.clock();
  const Deadline deadline = Deadline::in(clock, timeout);
  for (int attempt = 1; !deadline.passed(clock); ++attempt) {
    const auto left = deadline.at - clock.now();
    auto reply = connection_.call(request, std::min<std::chrono::nanoseconds>(kSocketTimeout, left),
                                  attempt);
    if (reply && accept(*reply)) return std::move(*reply);
    clock.sleep(std::min<std::chrono::nanoseconds>(
        kRetryBackoff, std::max(deadline.at - clock.now(), std::chrono::nanoseconds(1))));
  }
  return Status::retry(std::string(toString(Request::kKind)) + " was not answered in time");
}

Result<std::vector<TopicDescription>> MemoryCluster::describe(std::span<const std::string> topics,
                                                              Timeout timeout) {
  const DescribeTopics request{client_, {topics.begin(), topics.end()}, false};
  LOCKSTEP_ASSIGN(auto reply, ask(request, timeout, [](const auto&) { return true; }));
  return std::move(reply.topics);
}

Result<std::vector<std::string>> MemoryCluster::topicNames(Timeout timeout) {
  const DescribeTopics request{client_, {}, true};
  LOCKSTEP_ASSIGN(auto reply, ask(request, timeout, [](const auto&) { return true; }));
  std::vector<std::string> names;
  for (auto& topic : reply.topics) names.push_back(std::move(topic.name));
  return names;
}

Result<std::vector<std::optional<std::string>>> MemoryCluster::topicIds(
    std::span<const std::string> topics, Timeout timeout) {
  LOCKSTEP_ASSIGN(auto described, describe(topics, timeout));
  std::vector<std::optional<std::string>> ids;
  for (auto& topic : described) {
    ids.push_back(topic.exists ? std::optional(std::move(topic.id)) : std::nullopt);
  }
  return ids;
}

Status MemoryCluster::deleteRecords(std::span<const PartitionOffset> before, Timeout timeout) {
  const DeleteRecords request{client_, {before.begin(), before.end()}};
  LOCKSTEP_ASSIGN(const auto reply, ask(request, timeout, [](const auto&) { return true; }));
  if (reply.error == BrokerError::kNone) return {};
  return Status::fatal(ExitCode::kData, "E211", "records cannot be deleted: no such topic",
                       "create the topic, or correct its name");
}

Status MemoryCluster::createTopics(std::span<const NewTopic> topics, Timeout timeout) {
  const CreateTopics request{client_, {topics.begin(), topics.end()}};
  LOCKSTEP_ASSIGN(const auto reply, ask(request, timeout, [](const auto&) { return true; }));
  for (std::size_t i = 0; i < reply.errors.size(); ++i) {
    const BrokerError error = reply.errors[i];
    if (error != BrokerError::kNone && error != BrokerError::kTopicAlreadyExists)
      return Status::fatal(
          ExitCode::kConfiguration, {},
          "topic " + topics[i].name + " cannot be made: " + std::string(toString(error)));
  }
  return {};
}

Result<std::vector<CommittedOffset>> MemoryCluster::committed(
    std::span<const TopicPartition> partitions, Timeout timeout) {
  const OffsetFetch request{client_, {partitions.begin(), partitions.end()}, true};
  LOCKSTEP_ASSIGN(auto reply, ask(request, timeout, [](const OffsetFetch::Reply& answer) {
                    return answer.error != BrokerError::kUnstableOffsetCommit &&
                           !coordinatorMoves(answer.error);
                  }));
  return std::move(reply.offsets);
}

Result<std::vector<Offset>> MemoryCluster::list(std::span<const TopicPartition> partitions,
                                                ListOffsets::Which which, Timeout timeout) {
  const ListOffsets request{client_, {partitions.begin(), partitions.end()}, which};
  LOCKSTEP_ASSIGN(auto reply, ask(request, timeout, [](const auto&) { return true; }));
  if (reply.error != BrokerError::kNone)
    return Status::fatal(ExitCode::kData, "E211", reply.place + " does not exist",
                         "create the topic, or correct its name");
  return std::move(reply.offsets);
}

Result<std::vector<Offset>> MemoryCluster::logStarts(std::span<const TopicPartition> partitions,
                                                     Timeout timeout) {
  return list(partitions, ListOffsets::Which::kLogStart, timeout);
}

Result<std::vector<Offset>> MemoryCluster::lastStable(std::span<const TopicPartition> partitions,
                                                      Timeout timeout) {
  return list(partitions, ListOffsets::Which::kLastStable, timeout);
}

Result<std::vector<Offset>> MemoryCluster::highWatermarks(
    std::span<const TopicPartition> partitions, Timeout timeout) {
  return list(partitions, ListOffsets::Which::kHighWatermark, timeout);
}

}  // namespace lockstep::memory
