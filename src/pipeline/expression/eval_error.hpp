#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace lockstep {

/// What an expression throws when it cannot give a value for one record: the user's code or the
/// record is at fault, never the process. The caller sends the record the `errors.eval` way.
/// what() is "EXPRESSION: CAUSE" once it has left Expression::evaluate(), before that the cause.
class EvalError : public std::runtime_error {
 public:
  explicit EvalError(const std::string& cause) : std::runtime_error(cause), cause_(cause) {}
  EvalError(std::string_view expression, const std::string& cause)
      : std::runtime_error(std::string(expression) + ": " + cause), cause_(cause) {}

  /// The cause without the expression's text.
  [[nodiscard]] const std::string& cause() const { return cause_; }

 private:
  std::string cause_;
};

}  // namespace lockstep
