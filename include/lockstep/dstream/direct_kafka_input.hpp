#pragma once

#include <memory>
#include <string>
#include <vector>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/rdd/rdd.hpp>

namespace lockstep {

/// Reads topics of Kafka without a receiver: one task per partition, each batch exactly the range
/// that its plan says.
class DirectKafkaInputDStream final : public Rdd<RecordView>, public Stage {
 public:
  DirectKafkaInputDStream(std::string step, std::vector<std::string> topics);

  std::uint32_t tasks(const BatchPlan& plan) const override;
  void connect(Task& task, ChunkSink<RecordView>& consumer) override;
  /// Errors: kRetry when nothing arrived for read_timeout; what the input says; E301.
  Status run(Task& task) override;
  [[nodiscard]] const OffsetRange* inputOf(const Task& task) const override;

 private:
  class Reader;
  [[nodiscard]] bool reads(const std::string& topic) const;

  const std::vector<std::string> topics_;
};

/// A stream of the records of `topics`. `step` names it in messages; "" = the first topic.
[[nodiscard]] DStream<RecordView> directKafkaInput(const std::shared_ptr<DStreamGraph>& graph,
                                                   std::vector<std::string> topics,
                                                   const std::string& step = {});

}  // namespace lockstep
