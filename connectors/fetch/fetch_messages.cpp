#include "connectors/fetch/fetch_messages.hpp"

#include <algorithm>

#include "connectors/fetch/wire_reader.hpp"
#include "connectors/fetch/wire_writer.hpp"

namespace lockstep::fetch {

namespace {

constexpr std::int8_t kReadCommitted = 1;
constexpr std::size_t kPartitionBytes = 42;  // of an answer, without lists and records

void writePosition(WireWriter& writer, const FetchPosition& position) {
  writer.int32(position.partition);
  writer.int32(position.epoch);
  writer.int64(position.offset);
  writer.int64(-1);  // log start: followers know one
  writer.int32(position.bytes_max);
}

FetchedPartition readPartition(WireReader& reader, std::string_view topic) {
  FetchedPartition partition;
  partition.topic = topic;
  partition.partition = reader.int32();
  partition.error = reader.int16();
  reader.int64();  // high watermark
  reader.int64();  // last stable offset
  partition.log_start = reader.int64();
  for (auto count = reader.count(16); reader.ok() && count > 0; --count) {
    const auto producer = reader.int64();
    partition.aborted.push_back({producer, reader.int64()});
  }
  reader.int32();  // preferred replica: only where the client names its rack
  partition.records = reader.longBytes();
  return partition;
}

}  // namespace

std::string fetchRequest(const FetchLimits& limits, std::span<const FetchPosition> positions) {
  WireWriter writer;
  writer.int32(-1);  // no replica
  writer.int32(limits.wait_max_ms);
  writer.int32(limits.bytes_min);
  writer.int32(limits.bytes_max);
  writer.int8(kReadCommitted);
  writer.int32(0);   // no session
  writer.int32(-1);  // nor a wish for one
  std::vector<std::span<const FetchPosition>> topics;
  for (auto rest = positions; !rest.empty();) {
    const auto end = std::find_if(rest.begin(), rest.end(), [&](const FetchPosition& position) {
      return position.topic != rest.front().topic;
    });
    topics.push_back(rest.first(static_cast<std::size_t>(end - rest.begin())));
    rest = rest.subspan(topics.back().size());
  }
  writer.count(topics.size());
  for (const auto& topic : topics) {
    writer.string(topic.front().topic);
    writer.count(topic.size());
    for (const auto& position : topic) writePosition(writer, position);
  }
  writer.count(0);    // forgotten topics
  writer.string({});  // rack
  return writer.take();
}

std::optional<FetchAnswer> readFetchAnswer(std::string_view body) {
  WireReader reader(body);
  FetchAnswer answer;
  answer.throttle_ms = reader.int32();
  answer.error = reader.int16();
  reader.int32();  // session
  for (auto topics = reader.count(6); reader.ok() && topics > 0; --topics) {
    const auto topic = reader.string();
    for (auto count = reader.count(kPartitionBytes); reader.ok() && count > 0; --count) {
      answer.partitions.push_back(readPartition(reader, topic));
    }
  }
  if (!reader.ok()) return std::nullopt;
  return answer;
}

}  // namespace lockstep::fetch
