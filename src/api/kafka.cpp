#include <lockstep/api/kafka.hpp>

#include <lockstep/dstream/direct_kafka_input.hpp>

namespace lockstep::kafka {

DStream<RecordView> createDirectStream(StreamingContext& context,
                                       const DirectStreamOptions& options) {
  if (options.topics.empty()) {
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009",
                              "createDirectStream() needs at least one topic",
                              "as in  createDirectStream(context, {.topics = {\"orders\"}})"));
  }
  auto stream = directKafkaInput(context.graph(), options.topics, options.step);
  for (const auto& topic : options.topics) context.setStart(topic, options.start);
  return stream;
}

}  // namespace lockstep::kafka
