#include <lockstep/dstream/topic_router.hpp>

#include <lockstep/base/error.hpp>
#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/model/internal_topics.hpp>

namespace lockstep::detail {

void checkTopics(const KafkaOutputOptions& options, bool routed) {
  if (options.topic.empty() == options.topic_prefix.empty())
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009",
                              "an output to Kafka needs either a topic or a topic_prefix",
                              "as in  kafka::save(stream, {.topic = \"orders\"})"));
  if (!options.topic_prefix.empty() && !routed)
    throw Error(Status::fatal(
        ExitCode::kConfiguration, "E009",
        "topic_prefix '" + options.topic_prefix + "' needs an encoder that chooses topics",
        "as in  kafka::save(stream, {.topic_prefix = \"orders-\"}, toRecord<Order>().topic(f))"));
}

void TopicRouter::begin(Task& task) {
  task_ = &task;
  ++batch_;
  open_.clear();
}

OutputWriter& TopicRouter::open(std::string_view name) {
  const std::string topic = prefix_ + std::string(name);
  const auto& services = task_->services();
  const auto described = services.topics.find(topic);
  if (described == services.topics.end() || !described->second.exists ||
      described->second.partitions < 1)
    throw RecordError(RecordErrorKind::kProduce,
                      "topic '" + topic + "' does not exist; create it before its first record");
  if (isInternalTopic(topic, services.application))
    throw RecordError(RecordErrorKind::kProduce, "topic '" + topic + "' is Lockstep's own");
  auto& route = routes_[std::string(name)];
  if (route == nullptr) route = std::make_unique<Route>(topic, order_);
  route->writer.begin(*task_);
  route->batch = batch_;
  open_.push_back(&route->writer);
  return route->writer;
}

void TopicRouter::mark() {
  for (OutputWriter* writer : open_) writer->mark();
}

void TopicRouter::rollback() {
  for (OutputWriter* writer : open_) writer->rollback();
}

void TopicRouter::finish(Task& task) {
  for (OutputWriter* writer : open_) writer->finish(task);
}

void TopicRouter::abandon() {
  for (OutputWriter* writer : open_) writer->abandon();
}

}  // namespace lockstep::detail
