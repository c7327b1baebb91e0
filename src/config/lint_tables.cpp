#include <fmt/format.h>

#include "src/config/structure_lint.hpp"

namespace lockstep::config {
namespace {

void lintTable(const ApplicationConfig& config, const StreamConfig& table,
               Diagnostics& diagnostics) {
  if (!table.steps.empty())
    diagnostics.error("E015", table.steps.front().name.place,
                      fmt::format("steps have no effect on the table '{}'", table.name.written),
                      "change the values after the join: value.right");
  if (table.kafka() == nullptr) return;
  if (!config.places.contains("state.dir"))
    diagnostics.error(
        "E040", table.name.place,
        fmt::format("the table '{}' is kept as state and needs 'state.dir'", table.name.written),
        fmt::format("add  state: {{ dir: /var/lib/lockstep/{} }}", config.application.written));
  for (const StreamConfig& stream : config.streams) {
    for (const StepConfig& step : stream.steps) {
      if (!step.id || step.id->text != table.name.text) continue;
      diagnostics.add({step.id->place,
                       Severity::kError,
                       "E024",
                       fmt::format("the id '{}' is that of a table", step.id->written),
                       "ids name states and have to differ; a table's is its name",
                       {{table.name.place, "the table"}}});
    }
  }
}

/// Names that have to be tables, and names that must not be.
class Uses {
 public:
  Uses(const ApplicationConfig& config, Diagnostics& diagnostics)
      : config_(config), diagnostics_(diagnostics) {}

  void stream(const SourceText& name) const {
    const StreamConfig* found = config_.stream(name.text);
    if (found == nullptr || !found->isTable()) return;
    diagnostics_.error(
        "E037", name.place, fmt::format("'{}' is a table, and no stream", name.written),
        fmt::format("look records up in it:  join: {{ stream: ..., table: {} }}", name.written));
  }
  void table(const SourceText& name, bool file) const {
    const StreamConfig* found = config_.stream(name.text);
    if (found == nullptr || (file ? found->fileTable() != nullptr : found->isTable())) return;
    diagnostics_.error(
        "E037", name.place,
        fmt::format("'{}' is no table{}", name.written, file ? " of a file" : ""),
        file ? "declare it:  table: { file: model.csv, key: name }"
             : "declare it:  table: { topic: ... }  or  table: { file: ..., key: ... }");
  }

 private:
  const ApplicationConfig& config_;
  Diagnostics& diagnostics_;
};

void lintUses(const StreamConfig& stream, const Uses& uses) {
  if (const FromStreams* from = stream.from())
    for (const SourceText& name : from->names) uses.stream(name);
  if (const PairedStreams* paired = stream.paired()) {
    uses.stream(paired->left);
    uses.stream(paired->right);
  }
  if (const TableJoin* join = stream.tableJoin()) {
    uses.stream(join->stream);
    uses.table(join->table, false);
  }
  for (const StepConfig& step : stream.steps) {
    const StepOption* table = step.find("table");
    if (table != nullptr) uses.table(table->value, true);
    if (table == nullptr)
      for (const SourceText& name : step.streams) uses.stream(name);
  }
}

void lintMissing(const ApplicationConfig& config, const StreamConfig& stream,
                 Diagnostics& diagnostics) {
  const TableJoin* join = stream.tableJoin();
  if (join == nullptr || join->on_missing != MissingPolicy::kDeadLetter ||
      config.errors.eval == ErrorPolicy::kDeadLetter)
    return;
  diagnostics.error("E050", stream.name.place,
                    fmt::format("on_missing: dead_letter of stream '{}' needs errors.eval: "
                                "dead_letter; with stop, the first missing key stops everything",
                                stream.name.written),
                    "add  errors: { eval: dead_letter, dead_letter_topic: name }");
}

}  // namespace

void lintTables(const ApplicationConfig& config, Diagnostics& diagnostics) {
  const Uses uses(config, diagnostics);
  for (const StreamConfig& stream : config.streams) {
    if (stream.isTable()) lintTable(config, stream, diagnostics);
    lintUses(stream, uses);
    lintMissing(config, stream, diagnostics);
  }
  for (const OutputConfig& output : config.outputs) uses.stream(output.from);
}

}  // namespace lockstep::config
