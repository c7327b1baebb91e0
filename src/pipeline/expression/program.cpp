#include "src/pipeline/expression/program.hpp"

#include <array>

namespace lockstep {

Value Program::eval(const Node& node, const Frame& frame) const {
  switch (node.op) {
    case NodeOp::kConstant:
      return node.constant;
    case NodeOp::kVariable:
      return frame.bindings[node.slot];
    case NodeOp::kVariableField:
      return index(frame.bindings[node.slot], node.constant.asString());
    case NodeOp::kField:
      return index(eval(nodes_[node.left], frame), node.constant.asString());
    case NodeOp::kIndex: {
      const Value table = eval(nodes_[node.left], frame);
      return index(table, eval(nodes_[node.right], frame));
    }
    case NodeOp::kAnd: {
      const Value left = eval(nodes_[node.left], frame);
      return left.isTrue() ? eval(nodes_[node.right], frame) : left;
    }
    case NodeOp::kOr: {
      const Value left = eval(nodes_[node.left], frame);
      return left.isTrue() ? left : eval(nodes_[node.right], frame);
    }
    case NodeOp::kNegate:
      return negate(eval(nodes_[node.left], frame));
    case NodeOp::kLength:
      return length(eval(nodes_[node.left], frame));
    case NodeOp::kConcat: {
      const Value left = eval(nodes_[node.left], frame);
      return concatenate(left, eval(nodes_[node.right], frame), frame.arena);
    }
    case NodeOp::kArithmetic: {
      const Value left = eval(nodes_[node.left], frame);
      const Value right = eval(nodes_[node.right], frame);
      return calculate(static_cast<Arithmetic>(node.slot), left, right);
    }
    case NodeOp::kCall:
      return call(node, frame);
    default:
      return Value::boolean(test(node, frame));
  }
}

bool Program::test(const Node& node, const Frame& frame) const {
  const Value left = eval(nodes_[node.left], frame);
  if (node.op == NodeOp::kNot) return !left.isTrue();
  const Value right = eval(nodes_[node.right], frame);
  switch (node.op) {
    case NodeOp::kEqual:
      return equals(left, right);
    case NodeOp::kNotEqual:
      return !equals(left, right);
    case NodeOp::kLess:
      return less(left, right);
    case NodeOp::kLessOrEqual:
      return lessOrEqual(left, right);
    case NodeOp::kGreater:
      return less(right, left);
    default:
      return lessOrEqual(right, left);
  }
}

Value Program::call(const Node& node, const Frame& frame) const {
  std::array<Value, kHelperArgumentsMax> arguments;
  for (std::size_t i = 0; i < node.argument_count; ++i) {
    arguments[i] = eval(nodes_[arguments_[node.left + i]], frame);
  }
  const auto* pattern = node.right == 0 ? nullptr : regexes_[node.right - 1].get();
  return callHelper(allHelpers()[node.slot],
                    {std::span<const Value>(arguments).first(node.argument_count), frame.arena,
                     frame.tools.regexes, frame.tools.buffer, pattern});
}

}  // namespace lockstep
