#include <lockstep/dstream/direct_kafka_input.hpp>

#include <algorithm>
#include <utility>

#include <lockstep/dstream/union.hpp>
#include <lockstep/rdd/guarded_push.hpp>

namespace lockstep {

namespace {

FailedElement describe(const RecordView& record) {
  return {record.key, record.value, record.headers, record.source, record.offset, record.timestamp};
}

/// A wait between two looks at the cancel flag.
constexpr std::chrono::milliseconds kWaitMax{50};

}  // namespace

/// Passes on what one task reads: in the pieces that arrive, or, where order downstream depends on
/// it, in chunks counted from the start of the range.
class DirectKafkaInputDStream::Reader final : public Operator {
 public:
  explicit Reader(Task& task) : task_(task) {}

  void begin(Task&) override {
    pending_.clear();
    held_.clear();
    read_ = 0;
  }
  [[nodiscard]] Fanout<RecordView>& consumers() { return consumers_; }
  [[nodiscard]] std::uint64_t read() const { return read_; }

  Status pass(std::unique_ptr<RecordChunk> chunk) {
    std::span<const RecordView> records = chunk->records();
    read_ += records.size();
    if (!task_.stage().fixedChunks()) return passAll(records);
    held_.push_back(std::move(chunk));
    while (!records.empty()) {
      const std::size_t taken = std::min(records.size(), kChunkElements - pending_.size());
      pending_.insert(pending_.end(), records.begin(), records.begin() + taken);
      records = records.subspan(taken);
      if (pending_.size() == kChunkElements) {
        LOCKSTEP_TRY(flush());
        held_.erase(held_.begin(), held_.end() - 1);  // the last one may have more
      }
    }
    return {};
  }
  Status flush() {
    Status status = passAll(pending_);
    pending_.clear();
    return status;
  }

 private:
  Status passAll(std::span<const RecordView> records) {
    while (!records.empty()) {
      const auto chunk = records.first(std::min(records.size(), kChunkElements));
      records = records.subspan(chunk.size());
      LOCKSTEP_TRY(task_.checkCancelled());
      LOCKSTEP_TRY(pushGuarded(
          task_, chunk, [&](std::span<const RecordView> part) { consumers_.push(part); },
          [&](const RecordView& record, const RecordError& error) {
            return task_.reject(describe(record), error);
          }));
    }
    return {};
  }

  Task& task_;
  Fanout<RecordView> consumers_;
  std::vector<RecordView> pending_;
  std::vector<std::unique_ptr<RecordChunk>> held_;  ///< what pending_ points into
  std::uint64_t read_ = 0;
};

namespace {

/// Passes on what a shared source reads of some topics. Which topic a task reads may change from
/// batch to batch: partitions are added.
class KafkaView final : public Rdd<RecordView> {
 public:
  KafkaView(std::string step, DirectKafkaInputDStream& source, TopicSelection selection)
      : Rdd<RecordView>(std::move(step), "kafka"),
        source_(source),
        selection_(std::move(selection)) {
    follows(source);
  }

  void connect(Task& task, ChunkSink<RecordView>& consumer) override {
    auto [gate, fresh] = task.instance<Gate>(this, *this);
    gate.consumers.add(consumer);
    if (fresh) source_.connect(task, gate);
  }

 private:
  class Gate final : public Operator, public ChunkSink<RecordView> {
   public:
    Gate(Task&, const KafkaView& view) : view_(view) {}
    void begin(Task& task) override {
      open_ = view_.selection_.has(view_.source_.inputOf(task)->partition.topic);
    }
    void accept(std::span<const RecordView> chunk) override {
      if (open_) consumers.push(chunk);
    }
    Fanout<RecordView> consumers;

   private:
    const KafkaView& view_;
    bool open_ = false;
  };

  DirectKafkaInputDStream& source_;
  const TopicSelection selection_;
};

std::vector<DirectKafkaInputDStream*> kafkaSources(DStreamGraph& graph) {
  std::vector<DirectKafkaInputDStream*> sources;
  for (RddBase* rdd : graph.lineage().rdds()) {
    if (auto* source = dynamic_cast<DirectKafkaInputDStream*>(rdd)) sources.push_back(source);
  }
  return sources;
}

DirectKafkaInputDStream& addSource(DStreamGraph& graph, const std::string& step,
                                   TopicSelection selection) {
  auto& source = graph.lineage().add<DirectKafkaInputDStream>(step, std::move(selection));
  graph.lineage().addStage(source, {});
  return source;
}

}  // namespace

bool TopicSelection::has(const std::string& topic) const {
  if (std::find(topics.begin(), topics.end(), topic) != topics.end()) return true;
  if (named != nullptr && std::find(named->begin(), named->end(), topic) != named->end())
    return false;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const TopicPattern& pattern) { return pattern.matches(topic); });
}

DirectKafkaInputDStream::DirectKafkaInputDStream(std::string step, TopicSelection selection)
    : Rdd<RecordView>(std::move(step), "kafka"), selection_(std::move(selection)) {
  beginsIn(*this);
}

std::uint32_t DirectKafkaInputDStream::tasks(const BatchPlan& plan) const {
  return static_cast<std::uint32_t>(std::count_if(
      plan.ranges.begin(), plan.ranges.end(),
      [&](const OffsetRange& range) { return selection_.has(range.partition.topic); }));
}

const OffsetRange* DirectKafkaInputDStream::inputOf(const Task& task) const {
  std::uint32_t left = task.index();
  for (const OffsetRange& range : task.plan().ranges)
    if (selection_.has(range.partition.topic) && left-- == 0) return &range;
  checkFailed("inputOf", "a task has a range");
}

void DirectKafkaInputDStream::connect(Task& task, ChunkSink<RecordView>& consumer) {
  task.instance<Reader>(this).first.consumers().add(consumer);
}

Status DirectKafkaInputDStream::run(Task& task) {
  const OffsetRange& range = *inputOf(task);
  if (range.empty()) return {};
  Reader& reader = task.instance<Reader>(this).first;
  const BatchServices& services = task.services();
  PartitionInput& input = services.input->partition(range.partition);
  LOCKSTEP_TRY(input.seek(range.from).at(toString(range)));
  Deadline give_up = Deadline::in(*services.clock, services.read_timeout);
  for (bool complete = false; !complete;) {
    LOCKSTEP_TRY(task.checkCancelled());
    const Deadline soon = Deadline::in(*services.clock, kWaitMax);
    auto read = input.read(range.until, {std::min(soon.at, give_up.at)});
    if (!read.ok()) return read.status().at(toString(range));
    complete = read->complete;
    if (read->chunk) {
      LOCKSTEP_TRY(reader.pass(std::move(read->chunk)));
      give_up = Deadline::in(*services.clock, services.read_timeout);
    } else if (!complete && give_up.passed(*services.clock)) {
      return Status::retry(toString(range) + ": nothing arrived for " +
                           std::to_string(services.read_timeout.count() / 1'000'000) + " ms, at " +
                           std::to_string(input.position().value()));
    }
  }
  task.countInput(step(), reader.read());
  return reader.flush();
}

DStream<RecordView> directKafkaInput(const std::shared_ptr<DStreamGraph>& graph,
                                     std::vector<std::string> topics, const std::string& step) {
  const std::string name = step.empty() && !topics.empty() ? topics.front() : step;
  std::vector<DStream<RecordView>> parts;
  for (DirectKafkaInputDStream* source : kafkaSources(*graph)) {
    TopicSelection shared;
    for (const std::string& topic : source->selection().topics) {
      if (std::erase(topics, topic) > 0) shared.topics.push_back(topic);
    }
    if (!shared.topics.empty())
      parts.emplace_back(graph, graph->lineage().add<KafkaView>(name, *source, std::move(shared)));
  }
  if (!topics.empty() || parts.empty()) {
    graph->addInput(topics);
    parts.emplace_back(graph, addSource(*graph, name, {std::move(topics), {}, nullptr}));
  }
  return parts.size() == 1 ? parts.front() : unite(parts, name);
}

DStream<RecordView> kafkaPatternInput(const std::shared_ptr<DStreamGraph>& graph,
                                      TopicPattern pattern, const std::string& step) {
  const std::string name = step.empty() ? pattern.text : step;
  DirectKafkaInputDStream* source = nullptr;
  for (DirectKafkaInputDStream* other : kafkaSources(*graph)) {
    if (!other->selection().patterns.empty()) source = other;
  }
  // Which topics will match is not known: all patterns share one source, each is a view of it.
  const auto* named = &graph->topicsRead();
  if (source == nullptr) source = &addSource(*graph, name, {{}, {}, named});
  source->selection().patterns.push_back(pattern);
  auto& view = graph->lineage().add<KafkaView>(name, *source, TopicSelection{{}, {pattern}, named});
  graph->addInput(std::move(pattern));
  return {graph, view};
}

}  // namespace lockstep
