#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/config/diagnostic.hpp"
#include "src/config/model.hpp"
#include "src/pipeline/expression/expression.hpp"
#include "src/pipeline/rows/evaluation.hpp"

namespace lockstep {

/// One expression of the file, for `explain`.
struct CompiledExpression {
  std::string stream;
  std::string step;    ///< as in messages
  std::string option;  ///< "value", "update", ...
  std::string text;
  bool native = false;
};

/// Compiles the expressions of one file; mistakes go to the diagnostics, each at its place.
class ExpressionCompiler {
 public:
  ExpressionCompiler(const config::ApplicationConfig& application,
                     config::Diagnostics& diagnostics);

  /// Where an expression belongs, for `explain`.
  struct Use {
    const std::string& stream;
    const std::string& step;
    std::string_view option;  ///< read during the call
  };
  /// Nothing after a mistake, which was reported.
  [[nodiscard]] std::optional<Expression> compile(const config::SourceText& text,
                                                  const std::vector<std::string>& variables,
                                                  const Use& use);

  /// A mistake that is no expression's.
  void report(config::Diagnostic diagnostic) { diagnostics_.add(std::move(diagnostic)); }
  [[nodiscard]] config::Diagnostics& diagnostics() { return diagnostics_; }
  [[nodiscard]] const std::shared_ptr<const Evaluation>& evaluation() const { return evaluation_; }
  [[nodiscard]] const std::vector<CompiledExpression>& compiled() const { return compiled_; }

 private:
  config::Diagnostics& diagnostics_;
  std::shared_ptr<const Evaluation> evaluation_;
  std::vector<CompiledExpression> compiled_;
};

}  // namespace lockstep
