#include "src/cli/graph_text.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

namespace lockstep::cli {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kExactlyOnce = "exactly once for read_committed readers";
constexpr std::string_view kAtLeastOnce =
    "at least once: a crash may double records; nothing fences a second instance";
constexpr std::string_view kPrinted = "shown after the commit; a crash in between loses the text";
constexpr std::string_view kFiles =
    "exactly once, as long as the disk keeps what it was told to: written before the commit, shown "
    "after it";
constexpr std::string_view kFilesTwice =
    "at least once: a crash may write records a second time, in a file of another batch";
constexpr std::string_view kSideEffect = "at least once; a re-run has the same id and content";

/// One step of the file is several of the graph: `updateStateByKey` encodes, updates, decodes. They
/// share the step's name; what is not the plumbing's `map` gives the operator.
void mergeStep(Json& json, const DStreamGraph::StepInfo& step) {
  if (json["operator"] == "map") json["operator"] = step.op;
  for (const auto& parent : step.parents) {
    if (parent != step.step) json["parents"].push_back(parent);
  }
  for (const auto stage : step.stages) {
    auto& stages = json["stages"];
    if (std::find(stages.begin(), stages.end(), stage) == stages.end()) stages.push_back(stage);
  }
}

Json stepsJson(const Pipeline& pipeline) {
  Json steps = Json::array();
  for (const auto& step : pipeline.graph->describe()) {
    auto known = std::find_if(steps.begin(), steps.end(),
                              [&](const Json& json) { return json["step"] == step.step; });
    if (known == steps.end()) {
      steps.push_back({{"step", step.step},
                       {"operator", "map"},
                       {"parents", Json::array()},
                       {"stages", Json::array()}});
      known = std::prev(steps.end());
    }
    mergeStep(*known, step);
  }
  for (const auto& expression : pipeline.expressions) {
    for (auto& json : steps) {
      if (json["step"] != expression.step) continue;
      json["expressions"].push_back({{"option", expression.option},
                                     {"text", expression.text},
                                     {"runs", expression.native ? "native" : "lua"}});
    }
  }
  return steps;
}

std::string joined(const Json& list) {
  std::string text;
  for (const auto& item : list) {
    if (!text.empty()) text += ", ";
    text += item.is_string() ? item.get<std::string>() : item.dump();
  }
  return text.empty() ? "-" : text;
}

/// A name that dot and mermaid take as an identifier.
std::string nodeId(const std::string& name) {
  std::string id = "n_";
  for (const char c : name) id += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return id;
}

std::string quoted(std::string text) {
  for (auto& c : text) {
    if (c == '"') c = '\'';
  }
  return '"' + text + '"';
}

}  // namespace

namespace {

std::string_view guaranteeOf(const std::string& kind, bool exactly_once) {
  if (kind == "print") return kPrinted;
  if (kind == "files") return exactly_once ? kFiles : kFilesTwice;
  if (!exactly_once) return kAtLeastOnce;
  return kind == "kafka" ? kExactlyOnce : kSideEffect;
}

/// What keeps an output from the best that its kind can promise, as far as the file tells.
Json weaknessesOf(const Loaded& loaded, const DStreamGraph::OutputInfo& output) {
  Json weak = Json::array();
  const auto& errors = loaded.application.errors;
  if (loaded.application.guarantee != Guarantee::kExactlyOnce)
    weak.push_back("guarantee: at_least_once");
  if (output.topic_prefix.empty()) return weak;
  weak.push_back(errors.produce == config::ErrorPolicy::kStop
                     ? "a record for a topic that does not exist stops the application"
                     : "a record for a topic that does not exist is a dead letter");
  return weak;
}

Json outputJson(const Loaded& loaded, const DStreamGraph::OutputInfo& output) {
  const bool exactly_once = loaded.application.guarantee == Guarantee::kExactlyOnce;
  std::string where = output.topic;
  if (!output.topic_prefix.empty()) where = output.topic_prefix + "*";
  if (!output.path.empty()) where = output.path;
  Json json = {{"kind", output.kind},
               {"topic", where},
               {"from", output.from},
               {"guarantee", guaranteeOf(output.kind, exactly_once)},
               {"weakened_by", weaknessesOf(loaded, output)}};
  for (const auto& expression : loaded.pipeline.expressions) {
    if (expression.step != output.step) continue;
    json["expressions"].push_back({{"option", expression.option},
                                   {"text", expression.text},
                                   {"runs", expression.native ? "native" : "lua"}});
  }
  return json;
}

}  // namespace

Json graphJson(const Loaded& loaded) {
  const auto& graph = *loaded.pipeline.graph;
  const auto& application = loaded.application.application.text;
  Json json = {{"application", application},
               {"reads", graph.topicsRead()},
               {"writes", graph.topicsWritten()},
               {"internal_topics", {ledgerTopic(application)}},
               {"steps", stepsJson(loaded.pipeline)},
               {"state", Json::array()},
               {"outputs", Json::array()}};
  for (const auto& prefix : graph.topicPrefixesWritten()) json["writes"].push_back(prefix + "*");
  for (const auto& pattern : graph.patternsRead())
    json["reads"].push_back("/" + pattern.text + "/");
  for (const auto& source : graph.sources()) {
    if (source.safety == Safety::kIgnore) continue;
    json["internal_topics"].push_back(receiverTopic(application, source.id));
    if (source.isFiles())
      json["internal_topics"].push_back(positionsPartition(application, source.id).topic);
  }
  for (const auto& id : graph.stateIds()) {
    json["internal_topics"].push_back(changelogTopic(application, id));
    json["state"].push_back(id);
  }
  if (loaded.application.errors.dead_letter_topic) {
    json["dead_letter_topic"] = loaded.application.errors.dead_letter_topic->text;
  }
  for (const auto& output : graph.outputs()) json["outputs"].push_back(outputJson(loaded, output));
  return json;
}

namespace {

std::string expressionsText(const Json& owner) {
  std::string text;
  if (!owner.contains("expressions")) return text;
  for (const auto& expression : owner["expressions"])
    text +=
        fmt::format("      {}: {}   [{}]\n", expression["option"].get<std::string>(),
                    expression["text"].get<std::string>(), expression["runs"].get<std::string>());
  return text;
}

}  // namespace

std::string graphText(const Json& graph) {
  std::string text = fmt::format("application      {}\n", graph["application"].get<std::string>());
  text += fmt::format("reads            {}\n", joined(graph["reads"]));
  text += fmt::format("writes           {}\n", joined(graph["writes"]));
  text += fmt::format("internal topics  {}\n", joined(graph["internal_topics"]));
  if (graph.contains("dead_letter_topic")) {
    text += fmt::format("dead letters     {}\n", graph["dead_letter_topic"].get<std::string>());
  }
  text += fmt::format("state            {}\n\nsteps\n", joined(graph["state"]));
  for (const auto& step : graph["steps"]) {
    text += fmt::format("  {:<28} {:<18} stage {:<6} from {}\n", step["step"].get<std::string>(),
                        step["operator"].get<std::string>(), joined(step["stages"]),
                        joined(step["parents"]));
    text += expressionsText(step);
  }
  text += "\noutputs\n";
  for (const auto& output : graph["outputs"]) {
    text += fmt::format("  {} {} from {}: {}\n", output["kind"].get<std::string>(),
                        output["topic"].get<std::string>(), output["from"].get<std::string>(),
                        output["guarantee"].get<std::string>());
    for (const auto& cause : output["weakened_by"])
      text += fmt::format("      weakened by: {}\n", cause.get<std::string>());
    text += expressionsText(output);
  }
  return text;
}

std::string graphDot(const Json& graph) {
  std::string text = "digraph lockstep {\n  rankdir=LR;\n";
  for (const auto& step : graph["steps"]) {
    const auto name = step["step"].get<std::string>();
    text += fmt::format("  {} [label={}];\n", nodeId(name),
                        quoted(name + " (" + step["operator"].get<std::string>() + ")"));
    for (const auto& parent : step["parents"]) {
      text += fmt::format("  {} -> {};\n", nodeId(parent.get<std::string>()), nodeId(name));
    }
  }
  for (const auto& output : graph["outputs"]) {
    const auto name = output["kind"].get<std::string>() + " " + output["topic"].get<std::string>();
    text += fmt::format("  {} [label={} shape=box];\n  {} -> {};\n", nodeId(name), quoted(name),
                        nodeId(output["from"].get<std::string>()), nodeId(name));
  }
  return text + "}\n";
}

std::string graphMermaid(const Json& graph) {
  std::string text = "flowchart LR\n";
  for (const auto& step : graph["steps"]) {
    const auto name = step["step"].get<std::string>();
    text += fmt::format("  {}[{}]\n", nodeId(name),
                        quoted(name + " (" + step["operator"].get<std::string>() + ")"));
    for (const auto& parent : step["parents"]) {
      text += fmt::format("  {} --> {}\n", nodeId(parent.get<std::string>()), nodeId(name));
    }
  }
  for (const auto& output : graph["outputs"]) {
    const auto name = output["kind"].get<std::string>() + " " + output["topic"].get<std::string>();
    text += fmt::format("  {} --> {}([{}])\n", nodeId(output["from"].get<std::string>()),
                        nodeId(name), quoted(name));
  }
  return text;
}

}  // namespace lockstep::cli
