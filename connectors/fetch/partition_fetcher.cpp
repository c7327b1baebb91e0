#include "connectors/fetch/partition_fetcher.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <lockstep/base/log.hpp>

#include "connectors/fetch/batch_header.hpp"
#include "connectors/fetch/fetch_errors.hpp"
#include "connectors/fetch/fetch_messages.hpp"
#include "connectors/fetch/log_limits.hpp"

namespace lockstep::fetch {

namespace {

using std::chrono::milliseconds;

/// The broker's wait while some partitions have no room: they may have it again any moment.
constexpr milliseconds kShortWait{5};
constexpr std::size_t kPartitionBytesMin = std::size_t{64} * 1024;
/// An answer is kept for the sake of a partition that has at least this part of it.
constexpr std::size_t kKeptPart = 4;

std::size_t shareOf(Bytes total, std::size_t partitions) {
  return std::max<std::size_t>(kPartitionBytesMin,
                               total.count / std::max<std::size_t>(1, partitions));
}

std::int32_t wireSize(std::size_t bytes) {
  return static_cast<std::int32_t>(std::min<std::size_t>(bytes, INT32_MAX));
}

/// The whole batches that `records` begins with, the offset behind them, and what ends them.
struct Walked {
  std::size_t bytes = 0;
  std::int64_t next = 0;
  BatchRead end = BatchRead::kCutOff;
  BatchHeader last;
};

Walked walk(std::string_view records, std::int64_t position) {
  Walked walked;
  walked.next = position;
  for (;;) {
    walked.end = readBatchHeader(records.substr(walked.bytes), walked.last);
    if (walked.end != BatchRead::kBatch) return walked;
    walked.bytes += walked.last.size;
    walked.next = std::max(walked.next, walked.last.nextOffset());
  }
}

FetchedSlice sliceOf(const FetchedPartition& fetched, const Answer& answer, std::size_t bytes) {
  FetchedSlice slice{answer.memory, fetched.records.substr(0, bytes), fetched.aborted};
  if (bytes * kKeptPart < answer.memory->capacity()) {
    auto copy = std::make_shared<Buffer>(bytes);
    std::memcpy(copy->data(), slice.records.data(), bytes);
    slice.records = {copy->data(), bytes};
    slice.memory = std::move(copy);
  }
  return slice;
}

}  // namespace

PartitionFetcher::PartitionFetcher(const FetchSettings& settings, BrokerSet& brokers,
                                   LeaderFinder& leaders, LoopPartitions& partitions,
                                   const Clock& clock)
    : settings_(settings),
      brokers_(brokers),
      leaders_(leaders),
      partitions_(partitions),
      clock_(clock),
      limits_{settings.partition_buffered_max.count, settings.buffered_bytes_max.count},
      partition_bytes_max_(wireSize(
          std::min<std::size_t>(settings.partition_bytes_max.count,
                                shareOf(settings.buffered_bytes_max, partitions.size())))) {}

bool PartitionFetcher::step() {
  std::vector<Request> requests;
  const auto now = clock_.now();
  bool waits = false;
  for (const auto& partition : partitions_) waits |= !collect(*partition, requests, now);
  for (auto& request : requests) {
    if (!request.asked.empty()) send(request);
  }
  return waits;
}

bool PartitionFetcher::collect(LoopPartition& partition, std::vector<Request>& requests,
                               Instant now) {
  if (partition.leader < 0) return true;  // whoever looks for it will say
  auto found = std::find_if(requests.begin(), requests.end(), [&](const Request& request) {
    return request.node == partition.leader;
  });
  if (found == requests.end()) {
    requests.push_back({partition.leader, brokers_.node(partition.leader), {}, false});
    found = requests.end() - 1;
    if (found->broker == nullptr || found->broker->failing()) leaders_.want();
  }
  auto* broker = found->broker;
  if (broker == nullptr || !broker->ready() || broker->muted()) return false;
  if (broker->busy()) return true;
  if (now < partition.not_before) return partition.not_before == Instant::max();
  if (const auto position = partition.feed->wanted(limits_)) {
    found->asked.push_back({&partition, *position});
  } else {
    found->held_back = true;
  }
  return true;
}

void PartitionFetcher::send(Request& request) {
  std::vector<FetchPosition> positions;
  positions.reserve(request.asked.size());
  for (const auto& asked : request.asked) {
    const auto& partition = *asked.partition;
    positions.push_back({partition.source.topic, partition.source.partition.value(),
                         partition.epoch, asked.position.next, partition_bytes_max_});
  }
  const auto wait =
      request.held_back ? std::min(settings_.wait_max, kShortWait) : settings_.wait_max;
  const FetchLimits limits{wireSize(static_cast<std::size_t>(wait.count())), settings_.bytes_min,
                           wireSize(settings_.answer_bytes_max.count)};
  request.broker->send(kFetchApi, fetchRequest(limits, positions), wait,
                       [this, broker = request.broker, asked = std::move(request.asked)](
                           const Result<Answer>& answer) { take(asked, *broker, answer); });
}

void PartitionFetcher::take(const std::vector<Asked>& asked, BrokerConnection& broker,
                            const Result<Answer>& answer) {
  const auto fetched = answer.ok() ? readFetchAnswer(answer->body) : std::nullopt;
  if (!fetched || fetched->error != wire_error::kNone) {
    if (answer.ok()) log::warn("fetch: {} answers a fetch with an error", broker.server().host);
    for (const auto& one : asked) postpone(*one.partition);
    return;
  }
  if (fetched->throttle_ms > 0) broker.mute(milliseconds(fetched->throttle_ms));
  auto at = asked.begin();
  for (const auto& partition : fetched->partitions) {
    const auto same = [&](const Asked& one) {
      return one.partition->source.partition.value() == partition.partition &&
             one.partition->source.topic == partition.topic;
    };
    auto found = std::find_if(at, asked.end(), same);  // mostly the next one
    if (found == asked.end()) found = std::find_if(asked.begin(), at, same);
    if (found == asked.end() || !same(*found)) continue;
    takePartition(*found, broker, partition, *answer);
    at = found + 1;
  }
}

void PartitionFetcher::takePartition(const Asked& asked, BrokerConnection& broker,
                                     const FetchedPartition& fetched, const Answer& answer) {
  auto& partition = *asked.partition;
  if (fetched.error == wire_error::kNone) return takeRecords(asked, fetched, answer);
  if (fetched.error == wire_error::kOffsetOutOfRange) {
    partition.not_before = Instant::max();  // until its limits are known
    return explainRefusedOffset(broker, partition, Offset{asked.position.next},
                                [this, asked](const std::optional<Status>& why) {
                                  postpone(*asked.partition);
                                  if (why) asked.partition->feed->fail(asked.position, *why);
                                });
  }
  if (fetched.error == wire_error::kCorruptMessage) {
    return partition.feed->fail(asked.position,
                                damagedBatch({partition.source, Offset{asked.position.next}},
                                             "the broker itself finds its checksum wrong"));
  }
  const auto status = toStatus(fetched.error, toString(partition.source));
  const bool gone = fetched.error == wire_error::kUnknownTopicOrPartition;
  // Whether a topic is gone for good, only the cluster's description says.
  if (gone || status.reaction() == Reaction::kRetry) return postpone(partition);
  partition.feed->fail(asked.position, status);
}

void PartitionFetcher::takeRecords(const Asked& asked, const FetchedPartition& fetched,
                                   const Answer& answer) {
  const auto walked = walk(fetched.records, asked.position.next);
  auto& partition = *asked.partition;
  if (walked.bytes > 0) {
    partition.feed->deliver(asked.position, sliceOf(fetched, answer, walked.bytes), walked.next);
    moveToEnd(partition);
  }
  const PartitionOffset place{partition.source, Offset{walked.last.base_offset}};
  if (walked.end == BatchRead::kOldFormat) {
    partition.feed->fail(asked.position, oldFormat(place, walked.last.magic));
  } else if (walked.end == BatchRead::kDamaged) {
    partition.feed->fail(asked.position, damagedBatch(place, "its lengths are impossible"));
  }
}

void PartitionFetcher::postpone(LoopPartition& partition) {
  partition.not_before = clock_.now() + settings_.error_backoff;
  leaders_.want();
}

void PartitionFetcher::moveToEnd(const LoopPartition& partition) {
  const auto found =
      std::find_if(partitions_.begin(), partitions_.end(),
                   [&](const auto& candidate) { return candidate.get() == &partition; });
  std::rotate(found, found + 1, partitions_.end());
}

}  // namespace lockstep::fetch
