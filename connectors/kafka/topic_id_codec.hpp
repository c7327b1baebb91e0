#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lockstep::kafka {

/// Topic name -> topic id as Kafka prints it (22 characters of URL-safe base64).
using TopicIds = std::map<std::string, std::string>;

/// A Metadata request, version 10, with its length in front. Kafka's protocol guide describes every
/// field; brokers from 2.8 to 4.x answer it.
[[nodiscard]] std::string encodeTopicIdRequest(std::span<const std::string> topics);

/// The ids in the answer (without its length). Topics that do not exist are left out. Nothing when
/// the bytes are no such answer.
[[nodiscard]] std::optional<TopicIds> decodeTopicIdAnswer(std::string_view bytes);

}  // namespace lockstep::kafka
