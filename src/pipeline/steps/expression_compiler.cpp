#include "src/pipeline/steps/expression_compiler.hpp"

#include "src/pipeline/expression/function_library.hpp"

namespace lockstep {
namespace {

/// Bytes of `text` before a line and column that both count from 1.
std::size_t offsetOf(const std::string& text, ExpressionPlace place) {
  std::size_t offset = 0;
  for (std::size_t line = 1; line < place.line; ++line) {
    const auto end = text.find('\n', offset);
    if (end == std::string::npos) break;
    offset = end + 1;
  }
  return std::min(text.size(), offset + place.column - 1);
}

std::shared_ptr<const FunctionLibrary> libraryOf(const config::ApplicationConfig& application,
                                                 config::Diagnostics& diagnostics) {
  if (!application.functions) return FunctionLibrary::empty();
  auto library = FunctionLibrary::compile(application.functions->text);
  if (library.ok()) return std::move(library).value();
  diagnostics.error(application.functions->place, library.status());
  return FunctionLibrary::empty();
}

}  // namespace

ExpressionCompiler::ExpressionCompiler(const config::ApplicationConfig& application,
                                       config::Diagnostics& diagnostics)
    : diagnostics_(diagnostics),
      evaluation_(std::make_shared<const Evaluation>(libraryOf(application, diagnostics))) {}

std::optional<Expression> ExpressionCompiler::compile(const config::SourceText& text,
                                                      const std::vector<std::string>& variables,
                                                      const Use& use) {
  if (text.failed) return std::nullopt;
  ExpressionScope scope;
  scope.variables = variables;
  scope.functions = evaluation_->functions();
  ExpressionPlace place;
  auto expression = Expression::compile(text.text, scope, &place);
  if (!expression.ok()) {
    diagnostics_.error(text.at(offsetOf(text.text, place)), expression.status());
    return std::nullopt;
  }
  compiled_.push_back(
      {use.stream, use.step, std::string(use.option), text.text, expression->isNative()});
  return std::move(expression).value();
}

}  // namespace lockstep
