#include <lockstep/api/kafka.hpp>

#include <lockstep/dstream/direct_kafka_input.hpp>

#include "src/pipeline/expression/topic_pattern.hpp"

namespace lockstep::kafka {
namespace {

DStream<RecordView> patternStream(StreamingContext& context, const DirectStreamOptions& options) {
  if (!options.topics.empty()) {
    throw Error(Status::fatal(ExitCode::kConfiguration, "E010",
                              "createDirectStream() takes topics or a pattern, not both",
                              "make two streams and unite() them"));
  }
  auto pattern = makeTopicPattern(options.pattern);
  if (!pattern.ok()) throw Error(pattern.status());
  context.setStart({.pattern = options.pattern}, options.start);
  return kafkaPatternInput(context.graph(), std::move(pattern).value(), options.step);
}

}  // namespace

DStream<RecordView> createDirectStream(StreamingContext& context,
                                       const DirectStreamOptions& options) {
  if (options.topics.empty() && options.pattern.empty()) {
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009",
                              "createDirectStream() needs at least one topic, or a pattern",
                              "as in  createDirectStream(context, {.topics = {\"orders\"}})"));
  }
  if (!options.pattern.empty()) return patternStream(context, options);
  auto stream = directKafkaInput(context.graph(), options.topics, options.step);
  for (const auto& topic : options.topics) context.setStart({.topic = topic}, options.start);
  return stream;
}

}  // namespace lockstep::kafka
