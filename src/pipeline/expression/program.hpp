#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "src/pipeline/expression/helpers.hpp"
#include "src/pipeline/expression/operators.hpp"
#include "src/pipeline/expression/regex.hpp"
#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// What helpers need of their thread.
struct HelperTools {
  RegexCache regexes;
  std::string buffer;
};

enum class NodeOp : std::uint8_t {
  kConstant,
  kVariable,       ///< slot
  kVariableField,  ///< slot, constant = the name: `value.amount` in one step
  kField,          ///< left, constant = the name
  kIndex,          ///< left[right]
  kAnd,
  kOr,
  kNot,
  kNegate,
  kLength,
  kConcat,
  kArithmetic,  ///< slot = Arithmetic
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kCall,  ///< slot = helper, left = first of `arguments`, right = regex + 1 or 0
};

struct Node {
  NodeOp op = NodeOp::kConstant;
  std::uint8_t argument_count = 0;
  std::uint32_t slot = 0;
  std::uint32_t left = 0;   ///< index of a node
  std::uint32_t right = 0;  ///< index of a node
  Value constant = {};
};

/// A natively compiled expression: nodes in one vector, the root last. Immutable once parsed, so
/// threads share it. Running it allocates nothing outside the arena.
class Program {
 public:
  /// Throws EvalError. REQUIRES: a value for every slot.
  [[nodiscard]] Value run(std::span<const Value> bindings, Arena& arena, HelperTools& tools) const {
    const Node& root = nodes_.back();
    if (root.op == NodeOp::kVariable) return bindings[root.slot];
    if (root.op == NodeOp::kConstant) return root.constant;
    return eval(root, {bindings, arena, tools});
  }
  /// The value of a program that is one constant.
  [[nodiscard]] std::optional<Value> constant() const {
    const Node& root = nodes_.back();
    return root.op == NodeOp::kConstant ? std::optional(root.constant) : std::nullopt;
  }

 private:
  friend class NativeParser;
  struct Frame {
    std::span<const Value> bindings;
    Arena& arena;
    HelperTools& tools;
  };
  Value eval(const Node& node, const Frame& frame) const;
  bool test(const Node& node, const Frame& frame) const;
  Value call(const Node& node, const Frame& frame) const;

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> arguments_;  ///< nodes of the arguments, call by call
  std::deque<std::string> texts_;         ///< what the string constants view
  std::vector<std::shared_ptr<const re2::RE2>> regexes_;
};

}  // namespace lockstep
