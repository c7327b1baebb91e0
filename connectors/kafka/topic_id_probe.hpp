#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>

#include "connectors/kafka/topic_id_codec.hpp"

namespace lockstep::kafka {

/// Asks brokers for topic ids, which librdkafka before 2.3 cannot tell, over a connection of its
/// own without security. The connection is kept: batches ask one by one. Thread: one.
class TopicIdProbe {
 public:
  /// `bootstrap` as the client's setting has it.
  TopicIdProbe(const std::string& bootstrap, const Clock& clock);
  ~TopicIdProbe();
  TopicIdProbe(const TopicIdProbe&) = delete;
  TopicIdProbe& operator=(const TopicIdProbe&) = delete;

  /// Brokers ("host:port") to ask as well when no bootstrap server answers.
  void alsoAsk(std::vector<std::string> brokers) { brokers_ = std::move(brokers); }

  /// The ids of the topics that exist. Servers are tried in turn until one answers or the deadline
  /// passes; resolving a host name may take longer. No value: nobody has answered.
  [[nodiscard]] std::optional<TopicIds> ask(std::span<const std::string> topics, Deadline deadline);

 private:
  class Connection;

  std::optional<TopicIds> askServer(const std::string& server, std::span<const std::string> topics,
                                    Deadline deadline);

  const std::vector<std::string> bootstrap_;
  std::vector<std::string> brokers_;
  const Clock& clock_;
  std::unique_ptr<Connection> connection_;  ///< to the server that has answered last
};

}  // namespace lockstep::kafka
