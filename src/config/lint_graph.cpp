#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

#include "src/config/names.hpp"
#include "src/config/structure_lint.hpp"
#include "src/config/suggest.hpp"

namespace lockstep::config {
namespace {

std::vector<std::string_view> streamNames(const ApplicationConfig& config) {
  std::vector<std::string_view> names;
  for (const StreamConfig& stream : config.streams) names.push_back(stream.name.text);
  return names;
}

/// The streams that `stream` reads: its `from`, `join` or `cogroup`, and those of its steps.
std::vector<const SourceText*> inputsOf(const StreamConfig& stream) {
  std::vector<const SourceText*> inputs;
  if (const FromStreams* from = stream.from()) {
    for (const SourceText& name : from->names) inputs.push_back(&name);
  }
  if (const PairedStreams* paired = stream.paired()) {
    inputs.push_back(&paired->left);
    inputs.push_back(&paired->right);
  }
  if (const TableJoin* join = stream.tableJoin()) {
    inputs.push_back(&join->stream);
    inputs.push_back(&join->table);
  }
  for (const StepConfig& step : stream.steps) {
    for (const SourceText& name : step.streams) inputs.push_back(&name);
  }
  return inputs;
}

void lintNames(const ApplicationConfig& config, Diagnostics& diagnostics) {
  for (const StreamConfig& stream : config.streams) {
    const std::string& name = stream.name.text;
    std::string problem = localNameProblem(name);
    if (name == "state" || name == "dead_letters" || name == "advance") {
      problem = "'tests' gives it another meaning";
    }
    if (problem.empty()) continue;
    diagnostics.error("E018", stream.name.place,
                      fmt::format("'{}' is no legal stream name: {}", name, problem));
  }
}

/// Returns whether every name that is read exists.
bool lintReferences(const ApplicationConfig& config, Diagnostics& diagnostics) {
  const auto names = streamNames(config);
  bool all_known = true;
  const auto check = [&](const SourceText& name) {
    if (name.empty() || config.stream(name.text) != nullptr) return;
    all_known = false;
    auto help = didYouMean(name.text, names);
    if (help.empty() && !names.empty()) help = fmt::format("known streams: {}", listed(names));
    diagnostics.error("E022", name.place, fmt::format("there is no stream '{}'", name.written),
                      std::move(help));
  };
  for (const StreamConfig& stream : config.streams) {
    for (const SourceText* input : inputsOf(stream)) check(*input);
  }
  for (const OutputConfig& output : config.outputs) check(output.from);
  return all_known;
}

/// Finds streams that read themselves, over any number of others.
class CycleFinder {
 public:
  CycleFinder(const ApplicationConfig& config, Diagnostics& diagnostics)
      : config_(config), diagnostics_(diagnostics) {}

  void visit(const StreamConfig& stream) {
    if (done_.contains(&stream)) return;
    path_.push_back(&stream);
    for (const SourceText* input : inputsOf(stream)) {
      const StreamConfig* next = config_.stream(input->text);
      if (next == nullptr) continue;
      const auto seen = std::find(path_.begin(), path_.end(), next);
      if (seen == path_.end()) {
        visit(*next);
      } else {
        report(*input, seen);
      }
    }
    path_.pop_back();
    done_.insert(&stream);
  }

 private:
  using Path = std::vector<const StreamConfig*>;

  void report(const SourceText& input, Path::const_iterator first) {
    std::string way;
    for (auto at = path_.cend(); at != first;) {
      --at;
      way += fmt::format("{} from ", (*at)->name.text);
    }
    way += path_.back()->name.text;
    diagnostics_.error("E028", input.place,
                       fmt::format("streams read each other in a circle: {}", way),
                       "break the circle; a loop over batches goes through a topic or a state");
  }

  const ApplicationConfig& config_;
  Diagnostics& diagnostics_;
  Path path_;
  std::set<const StreamConfig*> done_;
};

void lintUnused(const ApplicationConfig& config, Diagnostics& diagnostics) {
  std::set<std::string_view> used;
  std::vector<std::string_view> open;
  for (const OutputConfig& output : config.outputs) open.push_back(output.from.text);
  for (const TestConfig& test : config.tests) {  // a stream that a test looks at is of use to it
    for (const ExpectedStream& expected : test.streams) open.push_back(expected.name.text);
  }
  while (!open.empty()) {
    const StreamConfig* stream = config.stream(open.back());
    open.pop_back();
    if (stream == nullptr || !used.insert(stream->name.text).second) continue;
    for (const SourceText* input : inputsOf(*stream)) open.push_back(input->text);
  }
  for (const StreamConfig& stream : config.streams) {
    if (used.contains(stream.name.text)) continue;
    diagnostics.warning(
        "W022", stream.name.place,
        fmt::format("no output needs the stream '{}'; it is never computed", stream.name.text),
        "add an output, or remove the stream");
  }
}

/// A topic has one committed position, and begins at one place.
void lintStarts(const ApplicationConfig& config, Diagnostics& diagnostics) {
  struct First {
    Place place;
    StartPosition start;
  };
  std::map<std::string, First> first;
  for (const StreamConfig& stream : config.streams) {
    if (stream.kafka() == nullptr) continue;
    auto topics = stream.kafka()->topics;
    if (stream.kafka()->pattern) topics.push_back(*stream.kafka()->pattern);
    for (const SourceText& topic : topics) {
      const auto [at, added] = first.emplace(topic.text, First{topic.place, stream.kafka()->start});
      if (added || at->second.start == stream.kafka()->start) continue;
      diagnostics.add({topic.place,
                       Severity::kError,
                       "E017",
                       fmt::format("two streams read the topic '{}' and disagree about its start",
                                   topic.written),
                       "write the same 'start' in both",
                       {{at->second.place, "first read here"}}});
    }
  }
}

void lintTopics(const ApplicationConfig& config, Diagnostics& diagnostics) {
  std::map<std::string, const SourceText*> inputs;
  const auto checkName = [&](const SourceText& topic) {
    if (topic.empty()) return;
    if (const auto problem = topicNameProblem(topic.text); !problem.empty()) {
      diagnostics.error("E018", topic.place,
                        fmt::format("'{}' is no legal topic name: {}", topic.written, problem));
    } else if (isInternalTopic(topic.text, config.application.text) ||
               topic.text.rfind("__", 0) == 0) {
      diagnostics.error("E026", topic.place,
                        fmt::format("the topic '{}' is reserved for internal use", topic.written),
                        "choose another name");
    }
  };
  for (const StreamConfig& stream : config.streams) {
    if (stream.kafka() == nullptr) continue;
    std::set<std::string> own;
    for (const SourceText& topic : stream.kafka()->topics) {
      checkName(topic);
      inputs.emplace(topic.text, &topic);
      if (own.insert(topic.text).second) continue;
      diagnostics.error("E025", topic.place,
                        fmt::format("the topic '{}' stands twice in one list", topic.written),
                        "remove one");
    }
  }
  const auto checkOutput = [&](const SourceText& topic, std::string_view role) {
    checkName(topic);
    const auto input = inputs.find(topic.text);
    if (topic.empty() || input == inputs.end()) return;
    diagnostics.add(
        {topic.place,
         Severity::kWarning,
         "W027",
         fmt::format("the application reads the topic '{}' that it {}", topic.written, role),
         "every record comes round again; make sure that the circle ends",
         {{input->second->place, "read here"}}});
  };
  for (const OutputConfig& output : config.outputs) {
    const KafkaOutputConfig* kafka = output.kafka();
    if (kafka != nullptr && !kafka->topic_name) checkOutput(kafka->topic, "writes");
  }
  if (config.errors.dead_letter_topic) {
    checkOutput(*config.errors.dead_letter_topic, "fills with dead letters");
  }
}

}  // namespace

void lintGraph(const ApplicationConfig& config, Diagnostics& diagnostics) {
  lintNames(config, diagnostics);
  const bool all_known = lintReferences(config, diagnostics);
  CycleFinder cycles(config, diagnostics);
  for (const StreamConfig& stream : config.streams) cycles.visit(stream);
  lintOutputs(config, diagnostics);
  // With a misspelled name a stream only looks unused.
  if (all_known && !config.outputs.empty()) lintUnused(config, diagnostics);
  lintTopics(config, diagnostics);
  lintStarts(config, diagnostics);
}

}  // namespace lockstep::config
