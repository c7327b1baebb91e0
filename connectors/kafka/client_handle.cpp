#include "connectors/kafka/client_handle.hpp"

#include <condition_variable>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include <lockstep/base/log.hpp>

#include "connectors/kafka/client_errors.hpp"

namespace lockstep::kafka {

namespace {

/// Ends the process when its scope is not left in time; see ClientHandle, "Destroy".
class DestroyWatch {
 public:
  explicit DestroyWatch(std::chrono::seconds limit)
      : watcher_([this, limit](const std::stop_token& stop) {
          MutexLock lock(mutex_);
          const bool done = left_.wait_for(lock, stop, limit, [this] { return gone_; });
          if (done || stop.stop_requested()) return;
          log::error("closing a Kafka client took more than {} s: exit 75", limit.count());
          std::_Exit(static_cast<int>(ExitCode::kRestart));
        }) {}
  ~DestroyWatch() {
    {
      MutexLock lock(mutex_);
      gone_ = true;
    }
    left_.notify_all();
  }
  DestroyWatch(const DestroyWatch&) = delete;
  DestroyWatch& operator=(const DestroyWatch&) = delete;

 private:
  Mutex mutex_;
  std::condition_variable_any left_;
  bool gone_ GUARDED_BY(mutex_) = false;
  std::jthread watcher_;
};

void onLog(const rd_kafka_t*, int level, const char* facility, const char* text) {
  // Its warnings tell of retries, and of failures that the calls report anyway.
  constexpr int kError = 3;
  if (level <= kError) {
    log::warn("librdkafka {}: {}", facility, text);
  } else {
    log::debug("librdkafka {}: {}", facility, text);
  }
}

/// A handshake that fails is often a broker that restarts; a certificate that does not fit is not.
bool isBadCertificate(std::string_view reason) {
  return reason.find("certificate verify failed") != std::string_view::npos;
}

bool isRefusedLogin(int error, std::string_view reason) {
  return error == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
         (error == RD_KAFKA_RESP_ERR__SSL && isBadCertificate(reason));
}

}  // namespace

void ClientHandle::onError(rd_kafka_t*, int error, const char* reason, void* opaque) {
  auto& self = *static_cast<ClientHandle*>(opaque);
  log::debug("librdkafka error {}: {}", rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error)),
             reason);
  if (!isRefusedLogin(error, reason)) return;
  MutexLock lock(self.mutex_);
  self.login_text_ = reason;
  self.login_refused_.store(true, std::memory_order_release);
}

Result<std::unique_ptr<ClientHandle>> ClientHandle::create(rd_kafka_type_t type,
                                                           const ClientSettings& settings,
                                                           Configure configure, void* opaque) {
  std::unique_ptr<ClientHandle> handle(new ClientHandle());
  handle->consumer_ = type == RD_KAFKA_CONSUMER;
  ConfHandle conf(rd_kafka_conf_new());
  char text[512];
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), text, sizeof text) ==
        RD_KAFKA_CONF_OK) {
      continue;
    }
    // librdkafka's text would repeat the value, which may be a secret.
    return toStatus(RD_KAFKA_RESP_ERR__INVALID_ARG, "kafka",
                    fmt::format("the client refuses the value of '{}'", key));
  }
  rd_kafka_conf_set_opaque(conf.get(), handle.get());
  rd_kafka_conf_set_log_cb(conf.get(), &onLog);
  rd_kafka_conf_set_error_cb(conf.get(), &ClientHandle::onError);
  if (configure != nullptr) configure(conf.get(), opaque);
  handle->client_ = rd_kafka_new(type, conf.get(), text, sizeof text);
  if (handle->client_ == nullptr) {
    return toStatus(RD_KAFKA_RESP_ERR__INVALID_ARG, "kafka", text);
  }
  static_cast<void>(conf.release());  // the client owns it now
  if (handle->consumer_) rd_kafka_poll_set_consumer(handle->client_);
  return handle;
}

ClientHandle::~ClientHandle() {
  if (client_ == nullptr) return;
  const DestroyWatch watch(kDestroyMax);
  // No member of any group: there is nothing to leave.
  rd_kafka_destroy_flags(client_, consumer_ ? RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE : 0);
}

Status ClientHandle::loginStatus() {
  if (!login_refused_.load(std::memory_order_acquire)) return {};
  MutexLock lock(mutex_);
  auto refused = toStatus(RD_KAFKA_RESP_ERR__AUTHENTICATION, "kafka", login_text_);
  if (!isBadCertificate(login_text_)) return refused;
  auto info = refused.info();
  info.help =
      "name the authority that signed the broker's certificate under kafka.client: "
      "ssl.ca.location; the host in kafka.bootstrap must be a name in the certificate";
  return Status(std::move(info));
}

void ClientHandle::serve() {
  if (!consumer_) return;
  constexpr int kAtOnceMax = 16;
  for (int i = 0; i < kAtOnceMax; ++i) {
    // Records wait in the partitions' own queues; what comes here is about the whole client.
    rd_kafka_message_t* notice = rd_kafka_consumer_poll(client_, 0);
    if (notice == nullptr) return;
    log::debug("librdkafka: {}", rd_kafka_message_errstr(notice));
    rd_kafka_message_destroy(notice);
  }
}

Status ClientHandle::explain(Status status) {
  if (status.ok() || status.reaction() != Reaction::kRetry) return status;
  serve();
  auto login = loginStatus();
  return login.ok() ? status : login;
}

Result<std::int32_t> warmTopic(ClientHandle& client, rd_kafka_topic_t* topic,
                               std::chrono::milliseconds timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(client.get(), 0, topic, &raw, toMilliseconds(timeout));
  const std::string name = rd_kafka_topic_name(topic);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return client.explain(toStatus(error, name));
  const MetadataHandle metadata(raw);
  if (metadata->topic_cnt == 0) return toStatus(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, name);
  const auto& found = metadata->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return toStatus(found.err, name);
  return static_cast<std::int32_t>(found.partition_cnt);
}

TopicHandle makeTopic(ClientHandle& client, const std::string& name) {
  return TopicHandle(rd_kafka_topic_new(client.get(), name.c_str(), nullptr));
}

}  // namespace lockstep::kafka
