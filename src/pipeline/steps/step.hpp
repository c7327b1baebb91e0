#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/model.hpp"
#include "src/pipeline/rows/file_rows.hpp"
#include "src/pipeline/rows/row_expression.hpp"
#include "src/pipeline/rows/row_steps.hpp"
#include "src/pipeline/rows/row_tables.hpp"
#include "src/pipeline/steps/expression_compiler.hpp"

namespace lockstep {

/// Whether a stream's rows have event times.
struct EventTimes {
  /// Theirs; null where they have none: before assignTimestamps, and behind a shuffle.
  detail::WatermarkStage* watermark = nullptr;
  /// The union, if it was one, that has brought several watermarks together, or some and none.
  std::string lost_in = {};
};

/// A stream while its graph is being built.
struct Built {
  RowStream rows;
  /// Every value is an integer, as far as the file alone tells: `map: { value: 1 }`, `count`.
  bool integers = false;
  EventTimes times = {};
};

/// The streams of the file by name, built at first use.
class BuiltStreams {
 public:
  virtual ~BuiltStreams() = default;
  /// Nothing when the stream, or one that it comes from, could not be built; the reason was
  /// reported.
  [[nodiscard]] virtual const std::optional<Built>& streamNamed(const std::string& name) = 0;
  /// The same for tables of topics.
  [[nodiscard]] virtual const std::optional<RowTable>& tableNamed(const std::string& name) = 0;
  /// The same for tables of files; null where there is none.
  [[nodiscard]] virtual std::shared_ptr<FileRowTable> fileTableNamed(const std::string& name) = 0;
};

/// One step of the file while it is being built: what it says, compiled on demand. Mistakes are
/// reported to the compiler's diagnostics, and what has one is nothing here.
class StepBuild {
 public:
  StepBuild(const config::StreamConfig& stream, const config::StepConfig& step, std::string name,
            ExpressionCompiler& compiler, BuiltStreams& streams)
      : stream_(stream),
        step_(step),
        name_(std::move(name)),
        compiler_(compiler),
        streams_(streams) {}

  [[nodiscard]] const config::StepConfig& step() const { return step_; }
  /// The step in messages: its id, or "words.map#2".
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Says what is wrong with the step as a whole.
  void report(const std::string& code, const std::string& message, const std::string& help) {
    compiler_.report({step_.name.place, config::Severity::kError, code, message, help, {}});
  }
  [[nodiscard]] const config::StreamConfig& stream() const { return stream_; }
  [[nodiscard]] BuiltStreams& streams() { return streams_; }
  [[nodiscard]] ExpressionCompiler& compiler() { return compiler_; }
  /// Reports a mistake at a place in the option's text.
  void mistake(std::string_view option, std::size_t offset, const Status& status);
  [[nodiscard]] bool has(std::string_view option) const { return step_.find(option) != nullptr; }

  /// The option as an expression over a row. REQUIRES for all below: has(option).
  [[nodiscard]] std::optional<RowExpression> rowExpression(std::string_view option);
  /// The option as an expression over `variables`.
  [[nodiscard]] std::optional<Expression> expression(std::string_view option,
                                                     const std::vector<std::string>& variables);
  /// The option as a reduction of two values a and b: by its name, or as an expression.
  [[nodiscard]] std::optional<ValueReduction> reduction(std::string_view option);

  /// Name and parallelism: the step's, else the stream's.
  [[nodiscard]] ShuffleOptions shuffleOptions() const;

 private:
  const config::StreamConfig& stream_;
  const config::StepConfig& step_;
  const std::string name_;
  ExpressionCompiler& compiler_;
  BuiltStreams& streams_;
};

[[nodiscard]] NamedValueReduction reductionOf(config::NamedReduction reduction);

/// Adds the step to `in` and gives its stream. `in` is nothing when what comes before has a
/// mistake: the step is compiled all the same, so that all mistakes show at once, and the result is
/// nothing, too.
using StepFunction = std::optional<Built> (*)(const std::optional<Built>& in, StepBuild& build);

/// What builds an operator's steps: the one place that knows them all.
[[nodiscard]] StepFunction stepFunction(config::OperatorKind kind);

}  // namespace lockstep
