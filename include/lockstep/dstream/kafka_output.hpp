#pragma once

#include <string>
#include <utility>

#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/output_writer.hpp>
#include <lockstep/dstream/to_record.hpp>

namespace lockstep {

struct KafkaOutputOptions {
  std::string topic = {};
  std::string step = {};  ///< name in messages; "" = "kafka 2"
};

namespace detail {

template <class T, class Encoder>
class KafkaOutput final : public Terminal {
 public:
  KafkaOutput(Rdd<T>& parent, std::string step, std::string topic, std::uint32_t order,
              Encoder encoder)
      : parent_(parent),
        step_(std::move(step)),
        topic_(std::move(topic)),
        order_(order),
        encoder_(std::move(encoder)) {}

  [[nodiscard]] const RddBase& parent() const override { return parent_; }
  void attach(Task& task) override {
    parent_.connect(task, task.instance<Writer>(this, *this).first);
  }
  Status check(const BatchServices& services) const override {
    const auto topic = services.topics.find(topic_);
    if (topic != services.topics.end() && topic->second.partitions > 0) return {};
    return Status::fatal(ExitCode::kConfiguration, "E211",
                         "output topic '" + topic_ + "' does not exist",
                         "create it before the start");
  }

 private:
  class Writer final : public Operator, public Rollbackable, public ChunkSink<T> {
   public:
    Writer(Task& task, const KafkaOutput& output)
        : output_(output), context_(task.context()), writer_(output.topic_, output.order_) {}
    void begin(Task& task) override { writer_.begin(task); }
    void accept(std::span<const T> chunk) override {
      withStep(output_.step_, [&] {
        for (const T& element : chunk)
          writer_.append(output_.encoder_(element, context_, scratch_));
      });
    }
    void abandon() override { writer_.abandon(); }
    void mark() override { writer_.mark(); }
    void rollback() override { writer_.rollback(); }
    Status finish(Task& task) override {
      writer_.finish(task);
      return {};
    }

   private:
    const KafkaOutput& output_;
    TaskContext& context_;
    OutputWriter writer_;
    EncodeScratch scratch_;
  };

  Rdd<T>& parent_;
  const std::string step_;
  const std::string topic_;
  const std::uint32_t order_;
  const Encoder encoder_;
};

}  // namespace detail

/// Writes every element to a topic, in the batch's transaction. The encoder turns an element into a
/// record (to_record.hpp); what it throws rejects the element.
template <class T, class Encoder = ToRecord<T>>
void kafkaOutput(const DStream<T>& stream, const KafkaOutputOptions& options,
                 Encoder encoder = {}) {
  DStreamGraph& graph = *stream.graph();
  const std::string step = graph.stepName("kafka", options.step);
  const std::uint32_t order =
      graph.addOutput({step, "kafka", options.topic, stream.rdd().step()}, false);
  graph.lineage().template addTerminal<detail::KafkaOutput<T, Encoder>>(
      stream.rdd(), step, options.topic, order, std::move(encoder));
}

}  // namespace lockstep
