#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include <librdkafka/rdkafka.h>

#include <lockstep/base/mutex.hpp>
#include <lockstep/base/result.hpp>

#include "connectors/kafka/client_settings.hpp"

namespace lockstep::kafka {

template <auto Destroy>
struct HandleDeleter {
  template <class T>
  void operator()(T* handle) const {
    Destroy(handle);
  }
};

using TopicHandle = std::unique_ptr<rd_kafka_topic_t, HandleDeleter<rd_kafka_topic_destroy>>;
using QueueHandle = std::unique_ptr<rd_kafka_queue_t, HandleDeleter<rd_kafka_queue_destroy>>;
using EventHandle = std::unique_ptr<rd_kafka_event_t, HandleDeleter<rd_kafka_event_destroy>>;
using ListHandle = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                   HandleDeleter<rd_kafka_topic_partition_list_destroy>>;
using GroupHandle = std::unique_ptr<rd_kafka_consumer_group_metadata_t,
                                    HandleDeleter<rd_kafka_consumer_group_metadata_destroy>>;
using ConfHandle = std::unique_ptr<rd_kafka_conf_t, HandleDeleter<rd_kafka_conf_destroy>>;
using MetadataHandle =
    std::unique_ptr<const rd_kafka_metadata_t, HandleDeleter<rd_kafka_metadata_destroy>>;

/// One librdkafka client and what it reported outside of any call.
///
/// Thread    As librdkafka: any, unless a function says otherwise.
/// Destroy   rd_kafka_destroy() takes no time-out and hangs on rare defects of the client. It runs
///           in the destructor, watched: when it is not done after kDestroyMax the process logs
///           that and exits with 75 (restart me), which is as safe as kill -9 is at any moment.
///           Nothing is leaked silently, and no thread is left behind.
class ClientHandle {
 public:
  static constexpr std::chrono::seconds kDestroyMax{30};

  /// What the maker may add to the configuration before the client exists.
  using Configure = void (*)(rd_kafka_conf_t* conf, void* opaque);

  /// E245 (kFatal) when librdkafka refuses a setting; the message never contains a value.
  [[nodiscard]] static Result<std::unique_ptr<ClientHandle>> create(rd_kafka_type_t type,
                                                                    const ClientSettings& settings,
                                                                    Configure configure = nullptr,
                                                                    void* opaque = nullptr);
  ~ClientHandle();
  ClientHandle(const ClientHandle&) = delete;
  ClientHandle& operator=(const ClientHandle&) = delete;

  [[nodiscard]] rd_kafka_t* get() const { return client_; }

  /// Serves a consumer's callbacks. Never waits. Does nothing for a producer: its queue also holds
  /// the reports of failed records, which belong to the RecordSender.
  void serve();

  /// Serves the client's callbacks without waiting, then `status`, or what explains it better: a
  /// time-out behind which stands a refused login becomes that (E241, kFatal).
  [[nodiscard]] Status explain(Status status);

  /// The refused login, if there was one. Never waits.
  [[nodiscard]] Status loginStatus();

 private:
  ClientHandle() = default;
  static void onError(rd_kafka_t* client, int error, const char* reason, void* opaque);

  rd_kafka_t* client_ = nullptr;
  bool consumer_ = false;
  std::atomic<bool> login_refused_{false};
  Mutex mutex_;
  std::string login_text_ GUARDED_BY(mutex_);
};

/// Fetches a topic's metadata, so that what follows finds the leader known: the first record of a
/// consumer comes after 5 ms instead of 1 s. Returns the number of partitions; E211 (kFatal) when
/// the topic does not exist, kRetry without an answer.
[[nodiscard]] Result<std::int32_t> warmTopic(ClientHandle& client, rd_kafka_topic_t* topic,
                                             std::chrono::milliseconds timeout);

[[nodiscard]] TopicHandle makeTopic(ClientHandle& client, const std::string& name);

/// librdkafka's own type for time-outs.
[[nodiscard]] inline int toMilliseconds(std::chrono::milliseconds duration) {
  constexpr std::chrono::milliseconds kMax{1'000'000'000};
  return static_cast<int>(std::clamp(duration, std::chrono::milliseconds{0}, kMax).count());
}

}  // namespace lockstep::kafka
