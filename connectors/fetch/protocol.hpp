#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep::fetch {

enum class ApiKey : std::int16_t { kFetch = 1, kListOffsets = 2, kMetadata = 3, kApiVersions = 18 };

/// A request of one version. `flexible` versions end each structure with tagged fields.
struct Api {
  ApiKey key;
  std::int16_t version;
  bool flexible;
};

/// The versions that Apache Kafka 2.4 to 4.1 all speak; nothing newer is needed to read.
inline constexpr Api kApiVersionsApi{ApiKey::kApiVersions, 0, false};
inline constexpr Api kMetadataApi{ApiKey::kMetadata, 9, true};
inline constexpr Api kFetchApi{ApiKey::kFetch, 11, false};
inline constexpr Api kListOffsetsApi{ApiKey::kListOffsets, 5, false};
inline constexpr std::array kUsedApis{kMetadataApi, kFetchApi, kListOffsetsApi};

/// The broker's error codes that decide something here.
namespace wire_error {
inline constexpr std::int16_t kNone = 0;
inline constexpr std::int16_t kOffsetOutOfRange = 1;
inline constexpr std::int16_t kCorruptMessage = 2;
inline constexpr std::int16_t kUnknownTopicOrPartition = 3;
inline constexpr std::int16_t kLeaderNotAvailable = 5;
inline constexpr std::int16_t kNotLeader = 6;
inline constexpr std::int16_t kInvalidTopic = 17;
inline constexpr std::int16_t kTopicAuthorizationFailed = 29;
inline constexpr std::int16_t kClusterAuthorizationFailed = 31;
inline constexpr std::int16_t kUnsupportedVersion = 35;
}  // namespace wire_error

/// One request as it goes over the wire: length, header, body.
[[nodiscard]] std::string frameRequest(const Api& api, std::int32_t correlation,
                                       std::string_view client_id, std::string_view body);

/// An answer without its length. `body` is empty and ok false when the header does not fit.
struct AnswerHeader {
  bool ok = false;
  std::int32_t correlation = 0;
  std::string_view body;
};
[[nodiscard]] AnswerHeader readAnswerHeader(const Api& api, std::string_view answer);

}  // namespace lockstep::fetch
