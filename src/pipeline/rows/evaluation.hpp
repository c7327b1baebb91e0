#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <lockstep/base/arena.hpp>

#include "src/pipeline/expression/expression_context.hpp"

namespace lockstep {

/// What one thread needs to evaluate the expressions of one pipeline.
struct EvaluationScratch {
  explicit EvaluationScratch(std::shared_ptr<const FunctionLibrary> functions)
      : context(std::move(functions)) {}

  ExpressionContext context;
  /// For values that live shorter than a chunk; whoever fills it clears it.
  Arena arena{64 * 1024};
  std::string bytes;
};

/// The evaluation environment of one pipeline: its functions, and a scratch for every thread that
/// evaluates, made when the thread first asks. Shared by all expressions of the pipeline.
/// Thread: any; scratch() gives each thread its own.
class Evaluation {
 public:
  explicit Evaluation(std::shared_ptr<const FunctionLibrary> functions);

  [[nodiscard]] EvaluationScratch& scratch() const;
  [[nodiscard]] const std::shared_ptr<const FunctionLibrary>& functions() const {
    return functions_;
  }

 private:
  const std::uint64_t id_;  ///< never used again, unlike an address
  std::shared_ptr<const FunctionLibrary> functions_;
};

}  // namespace lockstep
