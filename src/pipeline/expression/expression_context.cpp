#include "src/pipeline/expression/expression_context.hpp"

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/lua_sandbox.hpp"

namespace lockstep {

ExpressionContext::ExpressionContext(std::shared_ptr<const FunctionLibrary> functions,
                                     ExpressionLimits limits)
    : functions_(std::move(functions)), limits_(limits) {}

ExpressionContext::~ExpressionContext() = default;

LuaSandbox& ExpressionContext::lua() {
  if (lua_ == nullptr) {
    auto made = LuaSandbox::create(functions_->text(), limits_);
    if (!made.ok()) throw EvalError(made.status().message());
    lua_ = std::move(*made);
  }
  return *lua_;
}

}  // namespace lockstep
