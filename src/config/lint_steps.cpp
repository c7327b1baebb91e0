#include <algorithm>
#include <initializer_list>
#include <map>

#include <fmt/format.h>

#include <lockstep/base/units.hpp>

#include "src/config/names.hpp"
#include "src/config/structure_lint.hpp"
#include "src/config/suggest.hpp"

namespace lockstep::config {
namespace {

void lintState(const ApplicationConfig& config, const StreamConfig& stream, const StepConfig& step,
               Diagnostics& diagnostics) {
  if (!step.spec->stateful) return;
  if (!config.places.contains("state.dir")) {
    diagnostics.error(
        "E040", step.name.place,
        fmt::format("{} keeps state and needs 'state.dir'", step.spec->name),
        fmt::format("add  state: {{ dir: /var/lib/lockstep/{} }}", config.application.written));
  }
  if (!step.id) {
    diagnostics.error("E042", step.name.place,
                      fmt::format("{} keeps state and needs an 'id'", step.spec->name),
                      fmt::format("add  id: {}  to the step; it is the state's identity and must "
                                  "not change later",
                                  stream.name.text));
  }
}

void lintId(const StepConfig& step, std::map<std::string_view, const SourceText*>& ids,
            Diagnostics& diagnostics) {
  if (!step.id) return;
  const SourceText& id = *step.id;
  if (const auto problem = localNameProblem(id.text); !problem.empty()) {
    diagnostics.error("E018", id.place,
                      fmt::format("'{}' is no legal id: {}", id.written, problem));
  }
  const auto [first, added] = ids.emplace(id.text, &id);
  if (added) return;
  diagnostics.add({id.place,
                   Severity::kError,
                   "E024",
                   fmt::format("the id '{}' is used twice", id.written),
                   "ids name states and have to differ",
                   {{first->second->place, "first used here"}}});
}

/// What is known, but has no effect where it is written.
void lintEffect(const StepConfig& step, Diagnostics& diagnostics) {
  if (step.parallelism && !step.spec->by_key) {
    diagnostics.error(
        "E015", step.name.place,
        fmt::format("parallelism has no effect on {}: it does not group by key", step.spec->name),
        "remove it; where records are read, there is a task for each partition");
  }
  const StepOption* update = step.find("update");
  const StepOption* initial = step.find("initial");
  if (update == nullptr || initial == nullptr || !update->named) return;
  diagnostics.error(
      "E015", initial->value.place,
      fmt::format("initial has no effect with update: {}, which begins with the first value",
                  update->value.text),
      "remove it, or write the update as an expression of state and values");
}

/// How often a stream has elements: the batch interval, or the slide of its last window.
std::chrono::milliseconds slideOf(const ApplicationConfig& config, const StreamConfig& stream,
                                  std::size_t depth) {
  for (auto step = stream.steps.rbegin(); step != stream.steps.rend(); ++step) {
    const StepOption* slide = step->find("slide");
    if (slide != nullptr && step->find("window") != nullptr)
      return std::chrono::milliseconds(slide->number);
  }
  const auto* from = stream.from();
  if (from != nullptr && !from->names.empty() && depth > 0) {
    for (const StreamConfig& other : config.streams)
      if (other.name.text == from->names.front().text) return slideOf(config, other, depth - 1);
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(config.batch.interval);
}

void lintWindow(const StepConfig& step, std::chrono::milliseconds unit, bool of_window,
                Diagnostics& diagnostics) {
  if (unit.count() <= 0) return;
  for (const auto* name : {"window", "slide"}) {
    const StepOption* option = step.find(name);
    if (option == nullptr) continue;
    const std::chrono::milliseconds value(option->number);
    if (value.count() > 0 && value % unit == std::chrono::milliseconds(0)) continue;
    const auto below = value / unit * unit;
    std::string legal = below.count() > 0 ? formatDuration(below) + ", " : "";
    diagnostics.error(
        "E031", option->value.place,
        fmt::format("{} {} is not a whole multiple of the {} {}", name, option->value.text,
                    of_window ? "stream's slide" : "batch interval", formatDuration(unit)),
        "nearest legal values: " + legal + formatDuration(below + unit));
  }
}

void lintInverse(const StepConfig& step, Diagnostics& diagnostics) {
  const StepOption* inverse = step.find("inverse");
  const StepOption* drop = step.find("drop_empty");
  const StepOption* filter = step.find("filter");
  if (inverse == nullptr) {
    for (const StepOption* option : {drop, filter})
      if (option != nullptr)
        diagnostics.error("E015", option->value.place,
                          fmt::format("{} has no effect without inverse: a key goes with its last "
                                      "value anyway",
                                      option->spec->name),
                          "remove it");
  } else if (drop == nullptr && filter == nullptr) {
    diagnostics.warning("W032", inverse->value.place,
                        "with inverse, keys without values stay for ever, as in Spark",
                        "add  drop_empty: true  or a filter");
  }
}

void lintWindows(const ApplicationConfig& config, const StreamConfig& stream,
                 Diagnostics& diagnostics) {
  const auto interval =
      std::chrono::duration_cast<std::chrono::milliseconds>(config.batch.interval);
  StreamConfig before = stream;
  before.steps.clear();
  auto unit = slideOf(config, before, config.streams.size());
  for (const StepConfig& step : stream.steps) {
    const StepOption* slide = step.find("slide");
    if (slide == nullptr || step.find("window") == nullptr) continue;
    lintWindow(step, unit, unit != interval, diagnostics);
    if (step.find("reduce") != nullptr) lintInverse(step, diagnostics);
    unit = std::chrono::milliseconds(slide->number);
  }
}

/// Nothing, when there is exactly one of them.
std::string notOneOf(const StepConfig& step, std::initializer_list<std::string_view> names) {
  std::vector<std::string_view> found;
  for (const std::string_view name : names)
    if (step.find(name) != nullptr) found.push_back(name);
  if (found.empty())
    return fmt::format("eventWindow has none of {}", listed(std::vector<std::string_view>(names)));
  if (found.size() == 1) return {};
  return fmt::format("eventWindow has both {} and {}", found[0], found[1]);
}

void lintEventWindow(const StepConfig& step, Diagnostics& diagnostics) {
  const auto& place = step.name.place;
  if (const auto problem = notOneOf(step, {"tumbling", "sliding", "session"}); !problem.empty())
    diagnostics.error("E009", place, problem,
                      "say which windows, as in  tumbling: 1m  or  sliding: 10m, slide: 1m");
  if ((step.find("sliding") != nullptr) != (step.find("slide") != nullptr))
    diagnostics.error("E009", place, "sliding and slide go together",
                      "as in  sliding: 10m, slide: 1m");
  for (const auto* name : {"tumbling", "sliding", "slide", "session"}) {
    const StepOption* option = step.find(name);
    if (option != nullptr && option->number == 0)
      diagnostics.error("E031", option->value.place, fmt::format("{} is shorter than 1ms", name),
                        "allowed: at least 1ms");
  }
  const bool zero = step.find("zero") != nullptr;
  if (zero && step.find("reduce") != nullptr)
    diagnostics.error("E015", step.find("reduce")->value.place, "reduce has no effect with zero",
                      "remove one of them");
  for (const auto* name : {"seqOp", "combOp"})
    if (zero != (step.find(name) != nullptr))
      diagnostics.error("E009", place, "zero, seqOp and combOp go together",
                        fmt::format("add {}", zero ? name : "zero"));
}

void lintStreamEffect(const StreamConfig& stream, Diagnostics& diagnostics) {
  const auto& steps = stream.steps;
  const bool timed = std::any_of(steps.begin(), steps.end(), [](const auto& step) {
    return step.spec->kind == OperatorKind::kAssignTimestamps;
  });
  if (stream.kafka() != nullptr && stream.kafka()->idle_after && !timed)
    diagnostics.error("E015", stream.name.place, "idle_after has no effect without event time",
                      "remove it, or add an assignTimestamps step to the stream");
  if (!stream.parallelism || stream.paired() != nullptr ||
      (stream.kafka() != nullptr && stream.kafka()->table) ||
      std::any_of(steps.begin(), steps.end(), [](const auto& step) { return step.spec->by_key; })) {
    return;
  }
  diagnostics.error("E015", stream.name.place,
                    fmt::format("parallelism has no effect on stream '{}': none of its steps "
                                "groups by key",
                                stream.name.text),
                    "remove it; where records are read, there is a task for each partition");
}

}  // namespace

void lintSteps(const ApplicationConfig& config, Diagnostics& diagnostics) {
  std::map<std::string_view, const SourceText*> ids;
  for (const StreamConfig& stream : config.streams) {
    for (const StepConfig& step : stream.steps) {
      lintState(config, stream, step, diagnostics);
      lintId(step, ids, diagnostics);
      lintEffect(step, diagnostics);
      if (step.spec->kind == OperatorKind::kEventWindow) lintEventWindow(step, diagnostics);
    }
    lintStreamEffect(stream, diagnostics);
    lintWindows(config, stream, diagnostics);
  }
}

}  // namespace lockstep::config
