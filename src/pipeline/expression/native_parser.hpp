#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/pipeline/expression/lexer.hpp"
#include "src/pipeline/expression/program.hpp"

namespace lockstep {

/// Reads the part of Lua's expressions that runs natively: variables, fields, constants,
/// comparisons, arithmetic, `..`, `#`, and/or/not, calls of helpers. Used once.
class NativeParser {
 public:
  NativeParser(std::span<const Token> tokens, std::span<const std::string> variables)
      : tokens_(tokens), variables_(variables) {}

  /// The program, or none: then the expression is Lua's business, be it legal or not.
  [[nodiscard]] std::optional<Program> parse();

  /// Where the parser stopped: the offset of the token it could not read. After a failed parse().
  [[nodiscard]] std::size_t stoppedAt() const { return tokens_[at_].offset; }
  /// What no back end can run (a wrong pattern, a wrong number of arguments), empty if nothing.
  [[nodiscard]] const std::string& mistake() const { return mistake_; }

 private:
  using Index = std::uint32_t;

  Index expression(int limit);
  Index unary();
  Index suffixed();
  Index primary();
  Index call(std::string_view name);
  Index field(Index table);
  Index add(Node node);
  Index constant(Value value) { return add({.op = NodeOp::kConstant, .constant = value}); }
  Index text(const std::string& value);
  Index stop();
  void compilePattern(Node& node, Index argument);

  [[nodiscard]] const Token& peek() const { return tokens_[at_]; }
  [[nodiscard]] bool isSymbol(std::string_view symbol) const {
    return peek().kind == TokenKind::kSymbol && peek().text == symbol;
  }
  bool take(std::string_view symbol);

  std::span<const Token> tokens_;
  std::span<const std::string> variables_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool stopped_ = false;
  std::string mistake_;
  Program program_;
};

}  // namespace lockstep
