#include "connectors/fetch/cluster_answers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "connectors/fetch/protocol.hpp"
#include "connectors/fetch/wire_reader.hpp"
#include "connectors/fetch/wire_writer.hpp"

namespace lockstep::fetch {

namespace {

constexpr std::int8_t kReadUncommitted = 0;

std::string_view nameOf(ApiKey key) {
  switch (key) {
    case ApiKey::kFetch:
      return "Fetch";
    case ApiKey::kListOffsets:
      return "ListOffsets";
    case ApiKey::kMetadata:
      return "Metadata";
    case ApiKey::kApiVersions:
      break;
  }
  return "ApiVersions";
}

void readBrokers(WireReader& reader, std::vector<BrokerAddress>& brokers) {
  for (auto count = reader.compactCount(11); reader.ok() && count > 0; --count) {
    BrokerAddress broker;
    broker.node = reader.int32();
    broker.host = reader.compactString();
    broker.port = static_cast<std::uint16_t>(reader.int32());
    reader.compactString();  // rack
    reader.skipTags();
    brokers.push_back(std::move(broker));
  }
}

void readLeaders(WireReader& reader, std::vector<PartitionLeader>& partitions) {
  for (auto count = reader.compactCount(18); reader.ok() && count > 0; --count) {
    PartitionLeader leader;
    leader.error = reader.int16();
    leader.partition = reader.int32();
    leader.leader = reader.int32();
    leader.epoch = reader.int32();
    for (int list = 0; list < 3; ++list) {  // replicas, in sync, offline
      reader.bytes(4 * reader.compactCount(4));
    }
    reader.skipTags();
    partitions.push_back(leader);
  }
}

}  // namespace

std::optional<std::string> missingApi(std::string_view api_versions_body) {
  WireReader reader(api_versions_body);
  if (reader.int16() != wire_error::kNone || !reader.ok()) return std::nullopt;
  std::vector<Api> missing(kUsedApis.begin(), kUsedApis.end());
  for (auto count = reader.count(6); reader.ok() && count > 0; --count) {
    const auto key = reader.int16();
    const auto from = reader.int16();
    const auto last = reader.int16();
    std::erase_if(missing, [&](const Api& api) {
      return static_cast<std::int16_t>(api.key) == key && from <= api.version &&
             api.version <= last;
    });
  }
  if (!reader.ok()) return std::nullopt;
  if (missing.empty()) return std::string();
  return fmt::format("{} version {}", nameOf(missing.front().key), missing.front().version);
}

std::string metadataRequest(std::span<const std::string> topics) {
  WireWriter writer;
  writer.compactCount(topics.size());
  for (const auto& topic : topics) {
    writer.compactString(topic);
    writer.noTags();
  }
  writer.int8(0);  // no automatic creation
  writer.int8(0);  // no authorized operations, of the cluster and of topics
  writer.int8(0);
  writer.noTags();
  return writer.take();
}

std::optional<ClusterView> readMetadata(std::string_view body) {
  WireReader reader(body);
  reader.int32();  // throttle time
  ClusterView view;
  readBrokers(reader, view.brokers);
  reader.compactString();  // cluster id
  reader.int32();          // controller
  for (auto count = reader.compactCount(10); reader.ok() && count > 0; --count) {
    TopicLeaders topic;
    topic.error = reader.int16();
    topic.topic = reader.compactString();
    reader.int8();  // internal
    readLeaders(reader, topic.partitions);
    reader.int32();  // authorized operations
    reader.skipTags();
    view.topics.push_back(std::move(topic));
  }
  if (!reader.ok()) return std::nullopt;
  return view;
}

std::string listOffsetsRequest(std::string_view topic, std::int32_t partition, std::int32_t epoch,
                               LogLimit limit) {
  WireWriter writer;
  writer.int32(-1);  // no replica
  writer.int8(kReadUncommitted);
  writer.count(1);
  writer.string(topic);
  writer.count(1);
  writer.int32(partition);
  writer.int32(epoch);
  writer.int64(static_cast<std::int64_t>(limit));
  return writer.take();
}

std::optional<std::int64_t> readListOffsets(std::string_view body) {
  WireReader reader(body);
  reader.int32();  // throttle time
  if (reader.count(6) != 1) return std::nullopt;
  reader.string();
  if (reader.count(26) != 1) return std::nullopt;
  reader.int32();  // partition
  const auto error = reader.int16();
  reader.int64();  // timestamp
  const auto offset = reader.int64();
  if (!reader.ok() || error != wire_error::kNone) return std::nullopt;
  return offset;
}

}  // namespace lockstep::fetch
