#pragma once

#include <future>
#include <memory>
#include <span>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/mutex.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/model/topic_partition.hpp>

#include "connectors/kafka/client_settings.hpp"
#include "connectors/kafka/partition_reader.hpp"

namespace lockstep::kafka {

/// Makes the consumers of one kind of inputs, on request ahead of time: a client takes some
/// milliseconds to connect and to learn its leaders, which can pass while others are waited for.
/// Thread: any.
class InputClients {
 public:
  InputClients(KafkaConnection connection, InputUse use, Clock& clock)
      : connection_(std::move(connection)), use_(use), clock_(clock) {}

  /// Begins to make a client for these partitions, on a thread of its own; what fails there is
  /// forgotten. None: ends the clients that nobody took.
  void prepare(std::vector<TopicPartition> partitions);

  /// A client that knows the leaders of these partitions: one prepared for them (and perhaps for
  /// more), else a new one. Errors: E211, E244, E245, kRetry.
  [[nodiscard]] Result<std::shared_ptr<InputClient>> take(std::vector<TopicPartition> partitions);

 private:
  using Made = Result<std::shared_ptr<InputClient>>;
  struct Prepared {
    std::vector<TopicPartition> partitions;  ///< sorted
    std::future<Made> client;
  };

  [[nodiscard]] Made make(std::span<const TopicPartition> partitions) const;
  [[nodiscard]] Status warm(ClientHandle& client, std::span<const TopicPartition> partitions) const;
  void connect(ClientHandle& client, std::span<const TopicPartition> partitions) const;

  const KafkaConnection connection_;
  const InputUse use_;
  Clock& clock_;
  Mutex mutex_;
  std::vector<Prepared> prepared_ GUARDED_BY(mutex_);
};

}  // namespace lockstep::kafka
