#include "src/pipeline/expression/native_parser.hpp"

#include <algorithm>
#include <array>

namespace lockstep {
namespace {

constexpr int kDepthMax = 60;           // of brackets and right-hand operands
constexpr std::size_t kNodesMax = 512;  // also bounds the depth of left-hand operands

// Lua's own priorities; `right` below `left` makes an operator bind to the right.
struct Operator {
  std::string_view text;
  int left;
  int right;
  NodeOp op;
  Arithmetic arithmetic = Arithmetic::kAdd;
};

constexpr std::array<Operator, 16> kOperators{{
    {"or", 1, 1, NodeOp::kOr},
    {"and", 2, 2, NodeOp::kAnd},
    {"<", 3, 3, NodeOp::kLess},
    {">", 3, 3, NodeOp::kGreater},
    {"<=", 3, 3, NodeOp::kLessOrEqual},
    {">=", 3, 3, NodeOp::kGreaterOrEqual},
    {"~=", 3, 3, NodeOp::kNotEqual},
    {"==", 3, 3, NodeOp::kEqual},
    {"..", 9, 8, NodeOp::kConcat},
    {"+", 10, 10, NodeOp::kArithmetic, Arithmetic::kAdd},
    {"-", 10, 10, NodeOp::kArithmetic, Arithmetic::kSubtract},
    {"*", 11, 11, NodeOp::kArithmetic, Arithmetic::kMultiply},
    {"/", 11, 11, NodeOp::kArithmetic, Arithmetic::kDivide},
    {"//", 11, 11, NodeOp::kArithmetic, Arithmetic::kFloorDivide},
    {"%", 11, 11, NodeOp::kArithmetic, Arithmetic::kModulo},
    {"^", 14, 13, NodeOp::kArithmetic, Arithmetic::kPower},
}};
constexpr int kUnaryPriority = 12;

const Operator* findOperator(const Token& token) {
  if (token.kind != TokenKind::kSymbol && token.kind != TokenKind::kName) return nullptr;
  const auto at = std::find_if(kOperators.begin(), kOperators.end(),
                               [&](const Operator& known) { return known.text == token.text; });
  return at == kOperators.end() ? nullptr : &*at;
}

// `value.len` is a field of a table, but a function on a string: those few names are left to Lua.
bool isStringFunction(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames{"byte",    "char", "format", "len",
                                                    "lower",   "pack", "rep",    "packsize",
                                                    "reverse", "sub",  "upper",  "unpack"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

std::optional<Program> NativeParser::parse() {
  expression(0);
  if (!stopped_ && peek().kind != TokenKind::kEnd) stop();
  if (stopped_) return std::nullopt;
  return std::move(program_);
}

NativeParser::Index NativeParser::stop() {
  stopped_ = true;
  return 0;
}

bool NativeParser::take(std::string_view symbol) {
  if (stopped_ || !isSymbol(symbol)) return false;
  ++at_;
  return true;
}

NativeParser::Index NativeParser::add(Node node) {
  if (program_.nodes_.size() >= kNodesMax) stop();
  if (stopped_) return 0;
  program_.nodes_.push_back(node);
  return static_cast<Index>(program_.nodes_.size() - 1);
}

NativeParser::Index NativeParser::text(const std::string& value) {
  return constant(Value::string(program_.texts_.emplace_back(value)));
}

NativeParser::Index NativeParser::expression(int limit) {
  if (++depth_ > kDepthMax) stop();
  Index left = stopped_ ? 0 : unary();
  while (!stopped_) {
    const Operator* found = findOperator(peek());
    if (found == nullptr || found->left <= limit) break;
    ++at_;
    const Index right = expression(found->right);
    left = add({.op = found->op,
                .slot = static_cast<std::uint32_t>(found->arithmetic),
                .left = left,
                .right = right});
  }
  --depth_;
  return left;
}

NativeParser::Index NativeParser::unary() {
  NodeOp op = NodeOp::kNot;
  if (peek().kind == TokenKind::kName && peek().text == "not") {
    ++at_;
  } else if (take("-")) {
    op = NodeOp::kNegate;
  } else if (take("#")) {
    op = NodeOp::kLength;
  } else {
    return suffixed();
  }
  const Index operand = expression(kUnaryPriority);
  return add({.op = op, .left = operand});
}

// A variable, a bracket or a call, with the fields behind it. A constant takes none in Lua.
NativeParser::Index NativeParser::suffixed() {
  const Token& first = peek();
  const bool constant_first =
      first.kind == TokenKind::kNumber || first.kind == TokenKind::kString ||
      (first.kind == TokenKind::kName &&
       (first.text == "nil" || first.text == "true" || first.text == "false"));
  Index left = primary();
  while (!stopped_ && !constant_first) {
    if (take(".")) {
      if (peek().kind != TokenKind::kName || isKeyword(peek().text)) return stop();
      if (isStringFunction(peek().text)) return stop();
      left = field(left);
    } else if (take("[")) {
      const Index key = expression(0);
      if (!take("]")) return stop();
      left = add({.op = NodeOp::kIndex, .left = left, .right = key});
    } else {
      break;
    }
  }
  return left;
}

NativeParser::Index NativeParser::field(Index table) {
  const Value name = Value::string(program_.texts_.emplace_back(peek().text));
  ++at_;
  Node& last = program_.nodes_.back();
  if (last.op == NodeOp::kVariable && table + 1 == program_.nodes_.size()) {
    last.op = NodeOp::kVariableField;
    last.constant = name;
    return table;
  }
  return add({.op = NodeOp::kField, .left = table, .constant = name});
}

NativeParser::Index NativeParser::primary() {
  const Token& token = peek();
  if (take("(")) {
    const Index inner = expression(0);
    return take(")") ? inner : stop();
  }
  if (token.kind == TokenKind::kNumber || token.kind == TokenKind::kString) {
    ++at_;
    return token.kind == TokenKind::kNumber ? constant(token.number) : text(token.string);
  }
  if (token.kind != TokenKind::kName) return stop();
  if (token.text == "nil" || token.text == "true" || token.text == "false") {
    ++at_;
    return constant(token.text == "nil" ? Value() : Value::boolean(token.text == "true"));
  }
  const auto variable = std::find(variables_.begin(), variables_.end(), token.text);
  if (variable == variables_.end()) return call(token.text);
  ++at_;
  return add(
      {.op = NodeOp::kVariable, .slot = static_cast<std::uint32_t>(variable - variables_.begin())});
}

NativeParser::Index NativeParser::call(std::string_view name) {
  const Helper* helper = findHelper(name);
  if (helper == nullptr) return stop();
  const std::size_t name_at = at_++;
  if (!take("(")) return stop();
  std::array<Index, kHelperArgumentsMax> arguments{};
  std::uint8_t count = 0;
  if (!isSymbol(")")) {
    do {
      if (count == arguments.size()) return stop();
      arguments[count++] = expression(0);
    } while (take(","));
  }
  if (!take(")")) return stop();
  Node node{.op = NodeOp::kCall, .argument_count = count};
  node.slot = static_cast<std::uint32_t>(helper - allHelpers().data());
  node.left = static_cast<Index>(program_.arguments_.size());
  if (count < helper->arguments_min || count > helper->arguments_max) {
    mistake_ =
        std::string(name) + ": wrong number of arguments; write " + std::string(helper->usage);
  } else if (helper->has_pattern) {
    compilePattern(node, arguments[1]);
  }
  if (!mistake_.empty()) {
    at_ = name_at;
    return stop();
  }
  program_.arguments_.insert(program_.arguments_.end(), arguments.begin(),
                             arguments.begin() + count);
  return add(node);
}

void NativeParser::compilePattern(Node& node, Index argument) {
  const Node& pattern = program_.nodes_[argument];
  if (pattern.op != NodeOp::kConstant || !pattern.constant.isString()) return;
  auto compiled = compileRegex(pattern.constant.asString());
  if (!compiled.ok()) {
    mistake_ = compiled.status().message();
    return;
  }
  program_.regexes_.push_back(std::move(*compiled));
  node.right = static_cast<Index>(program_.regexes_.size());
}

}  // namespace lockstep
