#pragma once

#include <memory>
#include <string>
#include <vector>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/model/topic_pattern.hpp>
#include <lockstep/rdd/rdd.hpp>

namespace lockstep {

/// Which topics a stream or a source of streams reads.
struct TopicSelection {
  std::vector<std::string> topics;
  std::vector<TopicPattern> patterns;
  /// Topics that belong to others, whatever the patterns say.
  const std::vector<std::string>* named = nullptr;

  [[nodiscard]] bool has(const std::string& topic) const;
};

/// Reads topics of Kafka without a receiver: one task per partition, each batch exactly the range
/// that its plan says. A partition is read by one source; streams that share a topic are views of
/// it (KafkaView).
class DirectKafkaInputDStream final : public Rdd<RecordView>, public Stage {
 public:
  DirectKafkaInputDStream(std::string step, TopicSelection selection);

  std::uint32_t tasks(const BatchPlan& plan) const override;
  void connect(Task& task, ChunkSink<RecordView>& consumer) override;
  /// Errors: kRetry when nothing arrived for read_timeout; what the input says; E301.
  Status run(Task& task) override;
  [[nodiscard]] const OffsetRange* inputOf(const Task& task) const override;

  [[nodiscard]] TopicSelection& selection() { return selection_; }

 private:
  class Reader;

  TopicSelection selection_;
};

/// A stream of the records of `topics`; other streams may read the same ones. `step` names it in
/// messages; "" = the first topic.
[[nodiscard]] DStream<RecordView> directKafkaInput(const std::shared_ptr<DStreamGraph>& graph,
                                                   std::vector<std::string> topics,
                                                   const std::string& step = {});

/// A stream of the records of all topics that match, also of those that come later. `step` "" = the
/// pattern's text.
[[nodiscard]] DStream<RecordView> kafkaPatternInput(const std::shared_ptr<DStreamGraph>& graph,
                                                    TopicPattern pattern,
                                                    const std::string& step = {});

}  // namespace lockstep
