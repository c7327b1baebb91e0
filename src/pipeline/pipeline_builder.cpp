#include "src/pipeline/pipeline_builder.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/print.hpp>

#include "src/pipeline/row_io.hpp"
#include "src/pipeline/row_state.hpp"
#include "src/pipeline/row_steps.hpp"

namespace lockstep {
namespace {

using config::OperatorKind;
using config::StepConfig;

Format formatOf(config::DataFormat format) { return static_cast<Format>(format); }
static_assert(static_cast<int>(Format::kJson) == static_cast<int>(config::DataFormat::kJson) &&
              static_cast<int>(Format::kString) == static_cast<int>(config::DataFormat::kString));

NamedValueReduction reductionOf(config::NamedReduction reduction) {
  return static_cast<NamedValueReduction>(reduction);
}
static_assert(static_cast<int>(NamedValueReduction::kLast) ==
                  static_cast<int>(config::NamedReduction::kLast) &&
              static_cast<int>(NamedValueReduction::kSum) ==
                  static_cast<int>(config::NamedReduction::kSum));

/// A stream while it is being built.
struct Built {
  RowStream rows;
  /// Every value is an integer, as far as the file alone tells: `map: { value: 1 }`, `count`.
  bool integers = false;
};

class Builder {
 public:
  Builder(const config::ApplicationConfig& application, config::Diagnostics& diagnostics)
      : application_(application),
        compiler_(application, diagnostics),
        graph_(std::make_shared<DStreamGraph>()) {}

  Pipeline build() {
    for (const auto& stream : application_.streams)
      static_cast<void>(streamNamed(stream.name.text));
    for (const auto& output : application_.outputs) addOutput(output);
    return {graph_, compiler_.compiled()};
  }

 private:
  /// Nothing when the stream, or one that it comes from, could not be built; the reason was
  /// reported.
  const std::optional<Built>& streamNamed(const std::string& name) {
    if (const auto found = built_.find(name); found != built_.end()) return found->second;
    built_[name] = std::nullopt;  // a cycle, which structure lint reports, ends here
    const auto* stream = application_.stream(name);
    if (stream != nullptr) built_[name] = buildStream(*stream);
    return built_[name];
  }

  std::optional<Built> buildStream(const config::StreamConfig& stream) {
    auto built = source(stream);
    std::size_t number = 0;
    for (const auto& step : stream.steps) {
      const std::string name =
          step.id ? step.id->text
                  : stream.name.text + "." + step.name.text + "#" + std::to_string(++number);
      // Later steps are compiled even after a mistake, so that all mistakes show at once.
      built = addStep(std::move(built), stream, step, name);
    }
    return built;
  }

  std::optional<Built> source(const config::StreamConfig& stream) {
    if (const auto* kafka = stream.kafka()) {
      std::vector<std::string> topics;
      for (const auto& topic : kafka->topics) topics.push_back(topic.text);
      const TopicFormats formats{formatOf(kafka->key), formatOf(kafka->value)};
      return Built{readRows(graph_, std::move(topics), formats, stream.name.text),
                   kafka->value == config::DataFormat::kLong};
    }
    if (const auto* from = stream.from()) return unionOf(from->names, stream.name.text, {});
    return std::nullopt;
  }

  std::optional<Built> unionOf(const std::vector<config::SourceText>& names,
                               const std::string& step, std::optional<Built> all) {
    bool complete = true;
    for (const auto& name : names) {
      const auto& next = streamNamed(name.text);
      complete = complete && next.has_value();
      if (!next) continue;
      all = all ? Built{all->rows.unite(next->rows, step), all->integers && next->integers} : *next;
    }
    return complete ? all : std::nullopt;
  }

  std::optional<Built> addStep(std::optional<Built> in, const config::StreamConfig& stream,
                               const StepConfig& step, const std::string& name) {
    switch (step.kind()) {
      case OperatorKind::kMap:
      case OperatorKind::kMapValues:
      case OperatorKind::kKeyBy:
        return addMap(std::move(in), stream, step, name);
      case OperatorKind::kFlatMap: {
        auto values = rowExpression(stream, step, "values", name);
        if (!in || !values) return std::nullopt;
        return Built{flatMapRows(in->rows, std::move(*values), name), false};
      }
      case OperatorKind::kFilter: {
        auto where = rowExpression(stream, step, "where", name);
        if (!in || !where) return std::nullopt;
        return Built{filterRows(in->rows, std::move(*where), name), in->integers};
      }
      case OperatorKind::kUnion:
        return unionOf(step.streams, name, std::move(in));
      case OperatorKind::kCount:
        if (!in) return std::nullopt;
        return Built{countRows(in->rows, name), true};
      case OperatorKind::kCountByValue:
        if (!in) return std::nullopt;
        return Built{countRowsByValue(in->rows, shuffleOptions(stream, step, name)), true};
      case OperatorKind::kReduceByKey:
      case OperatorKind::kReduce:
        return addReduce(std::move(in), stream, step, name);
      case OperatorKind::kUpdateStateByKey:
        return addState(std::move(in), stream, step, name);
    }
    return std::nullopt;
  }

  std::optional<Built> addMap(std::optional<Built> in, const config::StreamConfig& stream,
                              const StepConfig& step, const std::string& name) {
    const bool has_key = step.find("key") != nullptr;
    const bool has_value = step.find("value") != nullptr;
    auto key = has_key ? rowExpression(stream, step, "key", name) : std::nullopt;
    auto value = has_value ? rowExpression(stream, step, "value", name) : std::nullopt;
    if (!in || has_key != key.has_value() || has_value != value.has_value()) return std::nullopt;
    const bool integers =
        has_value ? isIntegerLiteral(step.find("value")->value.text) : in->integers;
    return Built{mapRows(in->rows, std::move(key), std::move(value), name), integers};
  }

  std::optional<Built> addReduce(std::optional<Built> in, const config::StreamConfig& stream,
                                 const StepConfig& step, const std::string& name) {
    const auto& option = *step.find("reduce");
    const bool by_key = step.kind() == OperatorKind::kReduceByKey;
    if (option.named == config::NamedReduction::kCount) {
      if (!in) return std::nullopt;
      return Built{by_key ? countRowsByKey(in->rows, shuffleOptions(stream, step, name))
                          : countRows(in->rows, name),
                   true};
    }
    std::optional<ValueReduction> reduction;
    if (option.named) {
      reduction.emplace(reductionOf(*option.named));
    } else if (auto expression = compiler_.compile(option.value, {"a", "b"},
                                                   {stream.name.text, name, "reduce"})) {
      reduction.emplace(std::move(*expression), compiler_.evaluation());
    }
    if (!in || !reduction) return std::nullopt;
    return Built{by_key ? reduceRowsByKey(in->rows, *reduction, shuffleOptions(stream, step, name))
                        : reduceRows(in->rows, *reduction, name),
                 in->integers && option.named.has_value()};
  }

  std::optional<Built> addState(std::optional<Built> in, const config::StreamConfig& stream,
                                const StepConfig& step, const std::string& name) {
    const auto& update = *step.find("update");
    StateOptions options{name, step.text("emit") == "all" ? Emit::kAll : Emit::kChanged,
                         step.text("visit") == "touched" ? Visit::kTouched : Visit::kAll,
                         shuffleOptions(stream, step, name).parallelism};
    if (update.named) {
      if (!in) return std::nullopt;
      const bool counts = update.named == config::NamedReduction::kCount;
      return Built{reduceRowState(in->rows, reductionOf(*update.named), in->integers, options),
                   counts || in->integers};
    }
    auto expression = compiler_.compile(update.value, StateUpdate::variables(),
                                        {stream.name.text, name, "update"});
    std::optional<Expression> initial;
    const auto* start = step.find("initial");
    if (start != nullptr) {
      initial = compiler_.compile(start->value, {}, {stream.name.text, name, "initial"});
    }
    if (!in || !expression || (start != nullptr && !initial)) return std::nullopt;
    StateUpdate function{std::move(*expression), std::move(initial), compiler_.evaluation()};
    return Built{updateRowState(in->rows, std::move(function), options), false};
  }

  void addOutput(const config::OutputConfig& output) {
    const auto& from = streamNamed(output.from.text);
    if (!from) return;
    if (const auto* kafka = output.kafka()) {
      const std::string step = "kafka " + kafka->topic.text;
      writeRows(from->rows, kafka->topic.text, {formatOf(kafka->key), formatOf(kafka->value)},
                step);
    } else if (const auto* print = output.print()) {
      from->rows.print(print->limit, "print " + output.from.text);
    }
  }

  std::optional<RowExpression> rowExpression(const config::StreamConfig& stream,
                                             const StepConfig& step, std::string_view option,
                                             const std::string& name) {
    auto expression = compiler_.compile(step.find(option)->value, RowExpression::variables(),
                                        {stream.name.text, name, option});
    if (!expression) return std::nullopt;
    return RowExpression(std::move(*expression), compiler_.evaluation());
  }

  static ShuffleOptions shuffleOptions(const config::StreamConfig& stream, const StepConfig& step,
                                       const std::string& name) {
    const auto parallelism = step.parallelism ? step.parallelism : stream.parallelism;
    ShuffleOptions options{name, std::nullopt};
    if (parallelism) options.parallelism = static_cast<std::uint32_t>(*parallelism);
    return options;
  }

  static bool isIntegerLiteral(const std::string& text) {
    return !text.empty() && text.size() <= 18 &&
           text.find_first_not_of("0123456789") == std::string::npos;
  }

  const config::ApplicationConfig& application_;
  ExpressionCompiler compiler_;
  std::shared_ptr<DStreamGraph> graph_;
  std::map<std::string, std::optional<Built>> built_;
};

OnError onError(config::ErrorPolicy policy) {
  return policy == config::ErrorPolicy::kStop ? OnError::kStop : OnError::kDeadLetter;
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
          errors.dead_letter_topic ? errors.dead_letter_topic->text : ""};
}

}  // namespace lockstep
