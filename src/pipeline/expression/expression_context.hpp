#pragma once

#include <cstddef>
#include <memory>

#include "src/pipeline/expression/function_library.hpp"
#include "src/pipeline/expression/program.hpp"

namespace lockstep {

class LuaSandbox;

/// What one evaluation in Lua may use. Natively no limit is needed: there are no loops.
struct ExpressionLimits {
  int instructions_max = 1'000'000;
  std::size_t memory_bytes_max = 64U << 20;
};

/// What expressions need of the thread that evaluates them: a Lua state (made when the first
/// expression needs it), compiled patterns, scratch. One per worker. Thread: its owner.
class ExpressionContext {
 public:
  explicit ExpressionContext(
      std::shared_ptr<const FunctionLibrary> functions = FunctionLibrary::empty(),
      ExpressionLimits limits = {});
  ~ExpressionContext();
  ExpressionContext(const ExpressionContext&) = delete;
  ExpressionContext& operator=(const ExpressionContext&) = delete;

  /// For Expression: the helpers' scratch and the Lua state. Throws EvalError if the state cannot
  /// be made (no memory).
  [[nodiscard]] HelperTools& tools() { return tools_; }
  [[nodiscard]] LuaSandbox& lua();

 private:
  std::shared_ptr<const FunctionLibrary> functions_;
  ExpressionLimits limits_;
  HelperTools tools_;
  std::unique_ptr<LuaSandbox> lua_;
};

}  // namespace lockstep
