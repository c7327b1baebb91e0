#include "src/pipeline/pipeline_builder.hpp"

#include <map>
#include <optional>
#include <string>

#include <lockstep/dstream/direct_kafka_input.hpp>
#include <lockstep/dstream/held_records.hpp>
#include <lockstep/dstream/print.hpp>
#include <lockstep/dstream/received_input.hpp>

#include "src/pipeline/expression/topic_pattern.hpp"
#include "src/pipeline/rows/row_io.hpp"
#include "src/pipeline/rows/row_output.hpp"
#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {
namespace {

Format formatOf(config::DataFormat format) { return static_cast<Format>(format); }
static_assert(static_cast<int>(Format::kJson) == static_cast<int>(config::DataFormat::kJson) &&
              static_cast<int>(Format::kString) == static_cast<int>(config::DataFormat::kString));

class Builder final : public BuiltStreams {
 public:
  Builder(const config::ApplicationConfig& application, config::Diagnostics& diagnostics)
      : application_(application),
        diagnostics_(diagnostics),
        compiler_(application, diagnostics),
        graph_(std::make_shared<DStreamGraph>()) {}

  Pipeline build() {
    for (const auto& stream : application_.streams)
      static_cast<void>(streamNamed(stream.name.text));
    for (const auto& output : application_.outputs) addOutput(output);
    for (const auto& stream : application_.streams) {
      if (stream.kafka() == nullptr) continue;
      for (const auto& topic : stream.kafka()->topics) checkUnmatched(topic);
    }
    return {graph_, compiler_.compiled()};
  }

 private:
  const std::optional<Built>& streamNamed(const std::string& name) override {
    if (const auto found = built_.find(name); found != built_.end()) return found->second;
    built_[name] = std::nullopt;  // a cycle, which structure lint reports, ends here
    const auto* stream = application_.stream(name);
    if (stream != nullptr) built_[name] = buildStream(*stream);
    return built_[name];
  }

  const std::optional<RowTable>& tableNamed(const std::string& name) override {
    if (const auto found = tables_.find(name); found != tables_.end()) return found->second;
    const auto* table = application_.stream(name);
    auto& built = tables_[name];
    const auto* kafka = table == nullptr ? nullptr : table->kafka();
    if (kafka == nullptr || !kafka->table || kafka->topics.empty()) return built;
    TableOptions options{name, std::nullopt};
    if (table->parallelism) options.parallelism = static_cast<std::uint32_t>(*table->parallelism);
    built = readTable(graph_, kafka->topics.front().text,
                      {formatOf(kafka->key), formatOf(kafka->value)}, options);
    return built;
  }

  std::shared_ptr<FileRowTable> fileTableNamed(const std::string& name) override {
    if (const auto found = file_tables_.find(name); found != file_tables_.end())
      return found->second;
    const auto* table = application_.stream(name);
    if (table == nullptr || table->fileTable() == nullptr) return nullptr;
    return file_tables_[name] = loadFileTable(*table, compiler_.diagnostics());
  }

  std::optional<Built> buildStream(const config::StreamConfig& stream) {
    if (stream.isTable()) {
      static_cast<void>(fileTableNamed(stream.name.text));
      static_cast<void>(tableNamed(stream.name.text));
      return std::nullopt;
    }
    auto built = source(stream);
    checkSlides(stream.name.place, stream.name.text);
    std::size_t number = 0;
    for (const auto& step : stream.steps) {
      const std::string name =
          step.id ? step.id->text
                  : stream.name.text + "." + step.name.text + "#" + std::to_string(++number);
      // Later steps are compiled even after a mistake, so that all mistakes show at once.
      StepBuild build(stream, step, name, compiler_, *this);
      built = stepFunction(step.kind())(built, build);
      checkSlides(step.name.place, name);
    }
    return built;
  }

  std::optional<Built> source(const config::StreamConfig& stream) {
    if (const auto* kafka = stream.kafka()) {
      const auto records = recordsOf(*kafka, stream.name.text);
      if (!records) return std::nullopt;
      const TopicFormats formats{formatOf(kafka->key), formatOf(kafka->value)};
      return Built{readRows(*records, formats, stream.name.text),
                   kafka->value == config::DataFormat::kLong};
    }
    if (const auto* files = stream.files()) {
      SourceDeclaration source{stream.name.text, "files", FileSource{}};
      source.what = FileSource{files->dir, millis(files->poll), files->line_bytes_max.count,
                               !files->skip_missing};
      return received(std::move(source), files->value);
    }
    if (const auto* socket = stream.socket()) {
      SourceDeclaration source{stream.name.text, "socket", SocketSource{}};
      source.what = SocketSource{socket->host, socket->port};
      source.block_interval = millis(socket->block_interval);
      if (socket->ignore) {
        source.safety = Safety::kIgnore;
        source.held = std::make_shared<HeldRecords>();
      }
      return received(std::move(source), socket->value);
    }
    if (const auto* from = stream.from())
      return uniteStreams({}, from->names, stream.name.text, *this);
    if (const auto* paired = stream.paired()) return pairStreams(*paired, stream, *this);
    if (const auto* join = stream.tableJoin()) return lookUpTable(*join, stream, compiler_, *this);
    return std::nullopt;
  }

  /// A topic that is named belongs to those that name it.
  void checkUnmatched(const config::SourceText& topic) {
    for (const auto& pattern : graph_->patternsRead()) {
      if (!pattern.matches(topic.text)) continue;
      diagnostics_.error("E025", topic.place,
                         "topic '" + topic.written + "' also matches the pattern '" + pattern.text +
                             "' of another stream",
                         "narrow the pattern");
    }
  }

  static std::chrono::milliseconds millis(std::chrono::nanoseconds duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  }

  Built received(SourceDeclaration source, config::DataFormat value) {
    const std::string step = source.id;
    const auto records = receivedInput(graph_, application_.application.text, std::move(source));
    return Built{readRows(records, {Format::kString, formatOf(value)}, step),
                 value == config::DataFormat::kLong};
  }

  std::optional<DStream<RecordView>> recordsOf(const config::KafkaInput& kafka,
                                               const std::string& step) {
    if (!kafka.pattern) {
      std::vector<std::string> topics;
      for (const auto& topic : kafka.topics) topics.push_back(topic.text);
      return directKafkaInput(graph_, std::move(topics), step);
    }
    auto pattern = makeTopicPattern(kafka.pattern->text);
    if (pattern.ok()) return kafkaPatternInput(graph_, std::move(pattern).value(), step);
    const auto& info = pattern.status().info();
    diagnostics_.error(info.code, kafka.pattern->place, info.message, info.help);
    return std::nullopt;
  }

  void addOutput(const config::OutputConfig& output) {
    const auto& from = streamNamed(output.from.text);
    if (!from) return;
    if (const auto* kafka = output.kafka()) {
      writeKafka(*from, output.from.text, *kafka);
    } else if (const auto* files = output.files()) {
      writeFiles(*from, output.from.text, *files);
    } else if (const auto* print = output.print()) {
      from->rows.print(print->limit, "print " + output.from.text);
    }
  }

  void writeKafka(const Built& from, const std::string& stream,
                  const config::KafkaOutputConfig& kafka) {
    const std::string step = "kafka " + kafka.topic.text + (kafka.topic_name ? "*" : "");
    RecordParts parts;
    bool whole = true;
    const auto compile = [&](const config::SourceText& text, std::string_view option) {
      auto expression = compiler_.compile(text, RowExpression::variables(), {stream, step, option});
      whole = whole && expression;
      return expression
                 ? std::optional(RowExpression(std::move(*expression), compiler_.evaluation()))
                 : std::nullopt;
    };
    if (kafka.topic_name) parts.topic_name = compile(*kafka.topic_name, "topic");
    if (kafka.partition) parts.partition = compile(*kafka.partition, "partition");
    for (const auto& [name, text] : kafka.headers)
      if (auto value = compile(text, "header " + name.text))
        parts.headers.emplace_back(name.text, std::move(*value));
    if (!whole || kafka.topic.empty()) return;
    writeRows(from.rows, kafka.topic.text, {formatOf(kafka.key), formatOf(kafka.value)},
              std::move(parts), step);
  }

  static void writeFiles(const Built& from, const std::string& stream,
                         const config::FilesOutputConfig& files) {
    const std::string prefix = files.prefix(stream);
    if (files.dir.empty() || prefix.back() == '/') return;  // lint has said so
    writeRowFiles(
        from.rows,
        {prefix, files.suffix ? files.suffix->text : "", files.format == config::FileFormat::kJson},
        "files " + prefix);
  }

  /// Streams of different slides in a step: the graph would say so without a place.
  void checkSlides(const config::Place& place, const std::string& step) {
    const auto& rdds = graph_->lineage().rdds();
    bool mixes = false;
    for (; checked_ < rdds.size(); ++checked_) mixes = mixes || rdds[checked_]->mixesSlides();
    if (mixes)
      diagnostics_.error("E032", place,
                         "'" + step + "' brings streams of different slides together",
                         "give their windows the same slide");
  }

  const config::ApplicationConfig& application_;
  config::Diagnostics& diagnostics_;
  std::size_t checked_ = 0;  ///< steps of the graph
  ExpressionCompiler compiler_;
  std::shared_ptr<DStreamGraph> graph_;
  std::map<std::string, std::optional<Built>> built_;
  std::map<std::string, std::optional<RowTable>> tables_;
  std::map<std::string, std::shared_ptr<FileRowTable>> file_tables_;
};

OnError onError(config::ErrorPolicy policy) {
  return policy == config::ErrorPolicy::kStop ? OnError::kStop : OnError::kDeadLetter;
}

OnError onLate(config::LatePolicy policy) {
  if (policy == config::LatePolicy::kDrop) return OnError::kDrop;
  return policy == config::LatePolicy::kStop ? OnError::kStop : OnError::kDeadLetter;
}

}  // namespace

Pipeline buildPipeline(const config::ApplicationConfig& application,
                       config::Diagnostics& diagnostics) {
  auto pipeline = Builder(application, diagnostics).build();
  if (diagnostics.hasErrors()) pipeline.graph = nullptr;
  return pipeline;
}

ErrorPolicy errorPolicyOf(const config::ApplicationConfig& application) {
  const auto& errors = application.errors;
  return {onError(errors.decode), onError(errors.eval), onError(errors.produce),
          onLate(errors.late), errors.dead_letter_topic ? errors.dead_letter_topic->text : ""};
}

}  // namespace lockstep
