#include "src/api/graph_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

#include "src/config/names.hpp"

namespace lockstep {
namespace {

Status mistake(std::string code, std::string message, std::string help) {
  return Status::fatal(ExitCode::kConfiguration, std::move(code), std::move(message),
                       std::move(help));
}

Status checkTopic(const std::string& topic, const std::string& application) {
  if (const auto problem = config::topicNameProblem(topic); !problem.empty()) {
    return mistake("E018", fmt::format("'{}' is no legal topic name: {}", topic, problem),
                   "1 to 249 of a-z A-Z 0-9 . _ -");
  }
  if (config::isInternalTopic(topic, application) || topic.starts_with("__")) {
    return mistake("E026", fmt::format("the topic '{}' is reserved for internal use", topic),
                   "choose another name");
  }
  return {};
}

}  // namespace

Status checkGraph(const DStreamGraph& graph, const config::ApplicationConfig& application) {
  LOCKSTEP_TRY(graph.check());
  LOCKSTEP_TRY(graph.checkWindows(
      std::chrono::duration_cast<std::chrono::milliseconds>(application.batch.interval)));
  for (const auto& topic : graph.topicsRead()) {
    const auto& sources = graph.sources();
    const bool own = std::any_of(sources.begin(), sources.end(), [&](const auto& source) {
      return topic == receiverTopic(application.application.text, source.id);
    });
    if (!own) LOCKSTEP_TRY(checkTopic(topic, application.application.text));
  }
  for (const auto& topic : graph.topicsWritten())
    LOCKSTEP_TRY(checkTopic(topic, application.application.text));
  // Any text behind a prefix: what is legal and free with one letter more.
  for (const auto& prefix : graph.topicPrefixesWritten())
    LOCKSTEP_TRY(checkTopic(prefix + "x", application.application.text));
  if (const auto ids = graph.stateIds(); !ids.empty() && !application.state.dir) {
    return mistake("E040", fmt::format("step '{}' keeps state, and there is no state.dir", ids[0]),
                   "set state.dir to a folder on a local disk");
  }
  return {};
}

}  // namespace lockstep
