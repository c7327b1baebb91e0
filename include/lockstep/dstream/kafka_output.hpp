#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/output_writer.hpp>
#include <lockstep/dstream/to_record.hpp>
#include <lockstep/dstream/topic_router.hpp>

namespace lockstep {

/// Where the records of an output go. Give one of the two topics.
struct KafkaOutputOptions {
  std::string topic = {};
  std::string step = {};  ///< name in messages; "" = "kafka 2"
  /// Each record goes to the topic of this prefix and the name that its RoutedRecord gives. Only
  /// topics that exist take records: others go the errors.produce way.
  std::string topic_prefix = {};
};

namespace detail {

template <class T, class Encoder>
using EncodedBy = std::decay_t<decltype(std::declval<const Encoder&>()(
    std::declval<const T&>(), std::declval<TaskContext&>(), std::declval<EncodeScratch&>()))>;

/// Throws Error E009 for options that name no topic, or two.
void checkTopics(const KafkaOutputOptions& options, bool routed);

/// What a task does with one encoded record: the plain path knows neither choice.
template <class Record>
class RecordSink;

template <>
class RecordSink<EncodedRecord> {
 public:
  RecordSink(const KafkaOutputOptions& options, std::uint32_t order)
      : writer_(options.topic, order) {}
  void begin(Task& task) { writer_.begin(task); }
  void add(const EncodedRecord& record) { writer_.append(record); }
  void mark() { writer_.mark(); }
  void rollback() { writer_.rollback(); }
  void finish(Task& task) { writer_.finish(task); }
  void abandon() { writer_.abandon(); }

 private:
  OutputWriter writer_;
};

template <>
class RecordSink<RoutedRecord> {
 public:
  RecordSink(const KafkaOutputOptions& options, std::uint32_t order)
      : chosen_(options.topic.empty()),
        writer_(options.topic, order),
        router_(options.topic_prefix, order) {}
  void begin(Task& task) {
    if (chosen_) return router_.begin(task);
    writer_.begin(task);
  }
  void add(const RoutedRecord& routed) {
    OutputWriter& writer = chosen_ ? router_.writer(routed.topic) : writer_;
    if (routed.partition) return writer.append(routed.record, *routed.partition);
    writer.append(routed.record);
  }
  void mark() { chosen_ ? router_.mark() : writer_.mark(); }
  void rollback() { chosen_ ? router_.rollback() : writer_.rollback(); }
  void finish(Task& task) { chosen_ ? router_.finish(task) : writer_.finish(task); }
  void abandon() { chosen_ ? router_.abandon() : writer_.abandon(); }

 private:
  const bool chosen_;  ///< the topic is chosen per record
  OutputWriter writer_;
  TopicRouter router_;
};

template <class T, class Encoder>
class KafkaOutput final : public Terminal {
 public:
  KafkaOutput(Rdd<T>& parent, std::string step, KafkaOutputOptions options, std::uint32_t order,
              Encoder encoder)
      : parent_(parent),
        step_(std::move(step)),
        options_(std::move(options)),
        order_(order),
        encoder_(std::move(encoder)) {}

  [[nodiscard]] const RddBase& parent() const override { return parent_; }
  void attach(Task& task) override {
    parent_.connect(task, task.instance<Writer>(this, *this).first);
  }
  Status check(const BatchServices& services) const override {
    if (options_.topic.empty()) return {};
    const auto topic = services.topics.find(options_.topic);
    if (topic != services.topics.end() && topic->second.partitions > 0) return {};
    return Status::fatal(ExitCode::kConfiguration, "E211",
                         "output topic '" + options_.topic + "' does not exist",
                         "create it before the start");
  }

 private:
  class Writer final : public Operator, public Rollbackable, public ChunkSink<T> {
   public:
    Writer(Task& task, const KafkaOutput& output)
        : output_(output), context_(task.context()), sink_(output.options_, output.order_) {}
    void begin(Task& task) override { sink_.begin(task); }
    void accept(std::span<const T> chunk) override {
      withStep(output_.step_, [&] {
        for (const T& element : chunk) sink_.add(output_.encoder_(element, context_, scratch_));
      });
    }
    void abandon() override { sink_.abandon(); }
    void mark() override { sink_.mark(); }
    void rollback() override { sink_.rollback(); }
    Status finish(Task& task) override {
      sink_.finish(task);
      return {};
    }

   private:
    const KafkaOutput& output_;
    TaskContext& context_;
    RecordSink<EncodedBy<T, Encoder>> sink_;
    EncodeScratch scratch_;
  };

  Rdd<T>& parent_;
  const std::string step_;
  const KafkaOutputOptions options_;
  const std::uint32_t order_;
  const Encoder encoder_;
};

}  // namespace detail

/// Writes every element to a topic, in the batch's transaction. The encoder turns an element into a
/// record (to_record.hpp, record_builder.hpp); what it throws rejects the element. Throws Error
/// E009 unless one topic is given, and with a topic_prefix whose encoder chooses no topic.
template <class T, class Encoder = ToRecord<T>>
void kafkaOutput(const DStream<T>& stream, const KafkaOutputOptions& options,
                 Encoder encoder = {}) {
  constexpr bool kRouted = std::is_same_v<detail::EncodedBy<T, Encoder>, RoutedRecord>;
  detail::checkTopics(options, kRouted);
  DStreamGraph& graph = *stream.graph();
  const std::string step = graph.stepName("kafka", options.step);
  const std::uint32_t order = graph.addOutput(
      {step, "kafka", options.topic, stream.rdd().step(), options.topic_prefix}, false);
  graph.lineage().template addTerminal<detail::KafkaOutput<T, Encoder>>(stream.rdd(), step, options,
                                                                        order, std::move(encoder));
}

}  // namespace lockstep
