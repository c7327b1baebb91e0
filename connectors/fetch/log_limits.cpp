#include "connectors/fetch/log_limits.hpp"

#include <utility>

#include <lockstep/model/broker_errors.hpp>

#include "connectors/fetch/cluster_answers.hpp"

namespace lockstep::fetch {

namespace {

using Done = std::function<void(std::optional<std::int64_t>)>;

void askLimit(BrokerConnection& leader, const LoopPartition& partition, LogLimit limit, Done done) {
  if (!leader.ready()) return done(std::nullopt);
  leader.send(kListOffsetsApi,
              listOffsetsRequest(partition.source.topic, partition.source.partition.value(),
                                 partition.epoch, limit),
              {}, [done = std::move(done)](const Result<Answer>& answer) {
                done(answer.ok() ? readListOffsets(answer->body) : std::nullopt);
              });
}

std::optional<Status> judge(const PartitionOffset& refused, std::optional<std::int64_t> start,
                            std::optional<std::int64_t> end) {
  if (!start || !end) return std::nullopt;
  const auto next = refused.next.value();
  if (next >= *start && next <= *end) return std::nullopt;
  return offsetOutOfRange(refused, Offset{*start}, Offset{*end});
}

}  // namespace

void explainRefusedOffset(BrokerConnection& leader, const LoopPartition& partition, Offset refused,
                          std::function<void(std::optional<Status>)> done) {
  const PartitionOffset wanted{partition.source, refused};
  askLimit(leader, partition, LogLimit::kStart,
           [&leader, &partition, wanted, done = std::move(done)](auto start) {
             askLimit(leader, partition, LogLimit::kEnd,
                      [wanted, start, done](auto end) { done(judge(wanted, start, end)); });
           });
}

}  // namespace lockstep::fetch
