// What the file says about its outputs: where they lead, what they are called, what they weaken.
#include <map>
#include <string>

#include <fmt/format.h>

#include "src/config/names.hpp"
#include "src/config/structure_lint.hpp"

namespace lockstep::config {
namespace {

/// What a file's name is made of: as a topic's, and not hidden.
void lintFileName(const SourceText& name, std::string_view key, Diagnostics& diagnostics) {
  auto problem = topicNameProblem(name.text);
  if (problem.empty() && name.text[0] == '.') problem = "it begins with a dot";
  if (problem.empty()) return;
  diagnostics.error("E018", name.place,
                    fmt::format("'{}' is no legal {} of files: {}", name.written, key, problem));
}

/// Files of two outputs must not meet.
void lintFiles(const ApplicationConfig& config, Diagnostics& diagnostics) {
  std::map<std::string, Place> first;
  for (const OutputConfig& output : config.outputs) {
    const FilesOutputConfig* files = output.files();
    if (files == nullptr) continue;
    if (files->dir.empty()) continue;  // reported by the reader
    if (files->name) lintFileName(*files->name, "name", diagnostics);
    if (files->suffix) lintFileName(*files->suffix, "suffix", diagnostics);
    std::string path = files->prefix(output.from.text) + "-TIME_IN_MS";
    if (files->suffix) path += "." + files->suffix->text;
    const auto [at, added] = first.emplace(path, output.place);
    if (added) continue;
    diagnostics.add({output.place,
                     Severity::kError,
                     "E033",
                     fmt::format("two outputs write the files {}", path),
                     "give one of them another 'name'",
                     {{at->second, "the first one"}}});
  }
}

/// A prefix of topics that records choose: of it is asked what is asked of a topic.
void lintPrefix(const ApplicationConfig& config, const SourceText& prefix,
                Diagnostics& diagnostics) {
  const std::string& text = prefix.text;
  if (text.empty()) return;  // reported by the reader
  if (const auto problem = topicNameProblem(text); !problem.empty()) {
    diagnostics.error("E018", prefix.place,
                      fmt::format("'{}' is no legal prefix of topics: {}", prefix.written, problem),
                      "write what the names of all these topics begin with");
  } else if (isInternalTopic(text + "x", config.application.text) || text.rfind("__", 0) == 0) {
    diagnostics.error(
        "E026", prefix.place,
        fmt::format("topics that begin with '{}' are reserved for internal use", prefix.written),
        "choose another prefix");
  }
  for (const StreamConfig& stream : config.streams) {
    if (stream.kafka() == nullptr) continue;
    for (const SourceText& topic : stream.kafka()->topics) {
      if (topic.text.rfind(text, 0) != 0) continue;
      diagnostics.add({prefix.place,
                       Severity::kWarning,
                       "W027",
                       fmt::format("the application reads the topic '{}', which its records may "
                                   "choose",
                                   topic.written),
                       "every record comes round again; make sure that the circle ends",
                       {{topic.place, "read here"}}});
    }
  }
}

void lintHeaders(const KafkaOutputConfig& kafka, Diagnostics& diagnostics) {
  for (const auto& [name, value] : kafka.headers)
    if (name.empty())
      diagnostics.error("E018", name.place, "a header has no name", "write  name: expression");
}

}  // namespace

void lintOutputs(const ApplicationConfig& config, Diagnostics& diagnostics) {
  if (config.outputs.empty()) {
    diagnostics.error("E019", Place{}, "No output operations: nothing would be computed",
                      "add  outputs: [ { from: stream, kafka: { topic: name } } ]");
  }
  for (const OutputConfig& output : config.outputs) {
    if (output.print() == nullptr) continue;
    diagnostics.warning(
        "W060", output.place,
        "print is outside the exactly-once guarantee: after a crash, records of a committed batch "
        "may be missing on the screen",
        "fine for a look; let programs read a topic");
  }
  for (const OutputConfig& output : config.outputs) {
    if (output.kafka() == nullptr) continue;
    if (output.kafka()->topic_name) lintPrefix(config, output.kafka()->topic, diagnostics);
    lintHeaders(*output.kafka(), diagnostics);
  }
  lintFiles(config, diagnostics);
}

}  // namespace lockstep::config
