// Timestamps of produce_batch(), without a broker: what the client would send is seen by a second
// interceptor behind ours.
#include "connectors/kafka/batch_timestamps.hpp"

#include <vector>

#include "connectors/kafka/client_handle.hpp"
#include "tests/support/catch.hpp"

namespace lockstep::kafka {
namespace {

using Times = std::vector<std::int64_t>;

rd_kafka_resp_err_t note(rd_kafka_t*, rd_kafka_message_t* message, void* times) {
  static_cast<Times*>(times)->push_back(rd_kafka_message_timestamp(message, nullptr));
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t addNote(rd_kafka_t* client, const rd_kafka_conf_t*, void* times, char*,
                            size_t) {
  return rd_kafka_interceptor_add_on_send(client, "note", &note, times);
}

/// A producer without brokers: what it is given stays in its queue.
struct Producer {
  BatchTimestamps timestamps;
  Times seen;
  std::unique_ptr<ClientHandle> client;
  TopicHandle topic;

  Producer() {
    const auto configure = [](rd_kafka_conf_t* conf, void* self) {
      auto& producer = *static_cast<Producer*>(self);
      producer.timestamps.install(conf);
      rd_kafka_conf_interceptor_add_on_new(conf, "note", &addNote, &producer.seen);
    };
    auto made = ClientHandle::create(RD_KAFKA_PRODUCER, {}, configure, this);
    REQUIRE(made.ok());
    client = std::move(made).value();
    topic = makeTopic(*client, "topic");
  }
  ~Producer() { rd_kafka_purge(client->get(), RD_KAFKA_PURGE_F_QUEUE); }

  void sendOne(std::int64_t timestamp) {
    rd_kafka_producev(client->get(), RD_KAFKA_V_RKT(topic.get()), RD_KAFKA_V_PARTITION(0),
                      RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_END);
  }
};

TEST_CASE("a producer learns from its first record where the client keeps timestamps",
          "[unit][kafka][batch_timestamps]") {
  Producer producer;
  CHECK_FALSE(producer.timestamps.learnt());
  CHECK_FALSE(producer.timestamps.usable());
  producer.sendOne(1'700'000'000'123);
  CHECK(producer.timestamps.learnt());
  CHECK(producer.timestamps.usable());
  CHECK(producer.seen == Times{1'700'000'000'123});  // looking changed nothing
}

TEST_CASE("each message of a batch gets the timestamp that it carries",
          "[unit][kafka][batch_timestamps]") {
  Producer producer;
  producer.sendOne(7);
  const Times times{1'700'000'000'123, 0, -1, 1, 1'700'000'000'123};
  std::vector<rd_kafka_message_t> batch(times.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    batch[i]._private = BatchTimestamps::carried(WallTime{std::chrono::milliseconds(times[i])});
  }
  const int count = static_cast<int>(batch.size());
  CHECK(rd_kafka_produce_batch(producer.topic.get(), 0, 0, batch.data(), count) == count);
  producer.sendOne(8);
  CHECK(producer.seen == Times{7, 1'700'000'000'123, 0, -1, 1, 1'700'000'000'123, 8});
}

}  // namespace
}  // namespace lockstep::kafka
