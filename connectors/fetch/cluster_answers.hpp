#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::fetch {

/// What the broker says about itself: empty when it speaks all that is needed here, else which
/// request it does not. No value: the answer is malformed.
[[nodiscard]] std::optional<std::string> missingApi(std::string_view api_versions_body);

struct BrokerAddress {
  std::int32_t node = -1;
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const BrokerAddress&) const = default;
};

struct PartitionLeader {
  std::int16_t error = 0;
  std::int32_t partition = -1;
  std::int32_t leader = -1;  ///< node; -1: none at the moment
  std::int32_t epoch = -1;
};

struct TopicLeaders {
  std::int16_t error = 0;
  std::string topic;
  std::vector<PartitionLeader> partitions;
};

struct ClusterView {
  std::vector<BrokerAddress> brokers;
  std::vector<TopicLeaders> topics;
};

[[nodiscard]] std::string metadataRequest(std::span<const std::string> topics);
[[nodiscard]] std::optional<ClusterView> readMetadata(std::string_view body);

/// Which end of a log to ask for.
enum class LogLimit : std::int64_t { kEnd = -1, kStart = -2 };

[[nodiscard]] std::string listOffsetsRequest(std::string_view topic, std::int32_t partition,
                                             std::int32_t epoch, LogLimit limit);
/// The offset of the only partition that was asked for; none on an error or a malformed answer.
[[nodiscard]] std::optional<std::int64_t> readListOffsets(std::string_view body);

}  // namespace lockstep::fetch
