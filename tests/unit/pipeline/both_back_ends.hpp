#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/pipeline/expression/expression.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/value_codec.hpp"
#include "tests/support/catch.hpp"

namespace lockstep::test {

/// Compiles and evaluates expressions; the outcome as one comparable text: the kind and the
/// canonical bytes' JSON text, or "error".
class Evaluator {
 public:
  explicit Evaluator(const std::string& functions = "", ExpressionLimits limits = {})
      : functions_(FunctionLibrary::compile(functions).value()), context_(functions_, limits) {}

  void bind(const std::string& name, Value value) {
    variables_.push_back(name);
    bindings_.push_back(value);
  }
  void bindJson(const std::string& name, std::string_view text) {
    bind(name, lazyJson(arena_.copy(text), arena_));
  }

  [[nodiscard]] Result<Expression> compile(const std::string& text, bool force_lua = false,
                                           ExpressionPlace* place = nullptr) const {
    return Expression::compile(text, {variables_, functions_, force_lua}, place);
  }
  [[nodiscard]] Value evaluate(const Expression& expression) {
    return expression.evaluate(bindings_, arena_, context_);
  }
  [[nodiscard]] std::string outcome(const Expression& expression) {
    try {
      return describe(evaluate(expression));
    } catch (const EvalError& error) {
      last_error_ = error.what();
      return "error";
    }
  }
  /// The outcome in Lua, or through whatever back end compile() chose.
  [[nodiscard]] std::string outcome(const std::string& text, bool force_lua = false) {
    const auto expression = compile(text, force_lua);
    if (!expression.ok()) return "no: " + expression.status().message();
    return outcome(*expression);
  }
  [[nodiscard]] std::string errorOf(const std::string& text) {
    last_error_.clear();
    const auto got = outcome(text, true);
    return last_error_.empty() ? "no error but " + got : last_error_;
  }

  /// "integer 1", "float 1.0", "string \"a\"", "[...]", "nil": tells 1 from 1.0, JSON from nothing.
  [[nodiscard]] std::string describe(const Value& value) {
    std::string text;
    switch (value.kind()) {
      case ValueKind::kFloat:
        text = "float ";
        break;
      case ValueKind::kInteger:
        text = "integer ";
        break;
      default:
        break;
    }
    try {
      appendJson(text, materialize(value, arena_));
    } catch (const EvalError&) {  // what JSON has no text for
      std::string bytes;
      encodeValue(bytes, value);
      for (const char c : bytes) {
        text += "0123456789abcdef"[(c >> 4) & 15];
        text += "0123456789abcdef"[c & 15];
      }
    }
    return text;
  }

  Arena& arena() { return arena_; }
  ExpressionContext& context() { return context_; }

 private:
  std::shared_ptr<const FunctionLibrary> functions_;
  ExpressionContext context_;
  Arena arena_;
  std::vector<std::string> variables_;
  std::vector<Value> bindings_;
  std::string last_error_;
};

}  // namespace lockstep::test
