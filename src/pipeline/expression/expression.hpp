#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lockstep/base/result.hpp>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/expression_context.hpp"
#include "src/pipeline/expression/name_scan.hpp"
#include "src/pipeline/expression/value.hpp"

/// The expressions of a pipeline file. One scalar of the YAML is one Expression, compiled once and
/// shared by all workers; each worker evaluates it with its own ExpressionContext. What is made
/// only of variables, fields, constants, operators and helpers runs natively, everything else in
/// a sandboxed Lua 5.4, with the same results. docs/expressions.md is the user's page.
namespace lockstep {

/// The values of the variables, in the order of ExpressionScope::variables. Those that the
/// expression does not read (readsVariable()) may stay nil.
using Bindings = std::span<const Value>;

/// What an expression may refer to.
struct ExpressionScope {
  std::vector<std::string> variables;
  std::shared_ptr<const FunctionLibrary> functions = FunctionLibrary::empty();
  bool force_lua = false;  ///< run everything in Lua: for tests that compare the back ends
};

/// Where inside an expression's text a mistake is; both count from 1, columns in bytes.
struct ExpressionPlace {
  std::size_t line = 1;
  std::size_t column = 1;
};

class Expression {
 public:
  /// Compiles `text`. On a mistake: E020 (syntax, unknown name) or E021 (pattern, arguments), and
  /// its place in `place` if that is not null.
  [[nodiscard]] static Result<Expression> compile(std::string text, const ExpressionScope& scope,
                                                  ExpressionPlace* place = nullptr);

  /// The value for one record. The result views `bindings`' memory, `arena` and the expression.
  /// Throws EvalError; the context stays usable. REQUIRES: a binding per variable of the scope;
  /// `context` was made with the scope's functions.
  [[nodiscard]] Value evaluate(Bindings bindings, Arena& arena, ExpressionContext& context) const;

  /// Its value, where that is the same for every record: a literal. Views the expression.
  [[nodiscard]] std::optional<Value> constant() const;
  /// Whether it runs without Lua.
  [[nodiscard]] bool isNative() const;
  [[nodiscard]] const std::string& text() const;
  /// The variables and top-level fields it touches, sorted.
  [[nodiscard]] const std::vector<ExpressionRead>& reads() const;
  [[nodiscard]] bool readsVariable(std::string_view name) const;

 private:
  struct Code;
  explicit Expression(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
  std::shared_ptr<const Code> code_;
};

}  // namespace lockstep
