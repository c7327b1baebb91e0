#pragma once

#include <span>
#include <string>

#include <lockstep/base/clock.hpp>

#include "connectors/kafka/topic_id_codec.hpp"

namespace lockstep::kafka {

/// Asks the brokers of `bootstrap` for topic ids, which librdkafka before 2.3 cannot tell, over a
/// connection of its own without security. Servers are tried in turn until one answers or the
/// deadline passes; resolving a host name may take longer. Failure is no error: the id stays
/// unknown, and a topic that was created anew is then noticed by its offsets only.
[[nodiscard]] TopicIds probeTopicIds(const std::string& bootstrap,
                                     std::span<const std::string> topics, const Clock& clock,
                                     Deadline deadline);

}  // namespace lockstep::kafka
