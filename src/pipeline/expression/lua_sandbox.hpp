#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <lockstep/base/result.hpp>

#include "src/pipeline/expression/expression_context.hpp"
#include "src/pipeline/expression/lua_bytecode.hpp"
#include "src/pipeline/expression/lua_environment.hpp"
#include "src/pipeline/expression/value.hpp"

struct lua_State;

namespace lockstep {

/// An expression that runs in Lua: the text, and the variables that it reads, by slot.
struct LuaProgram {
  std::uint64_t id = 0;  ///< unique in the process; a sandbox keeps what it compiled under it
  std::string text;
  std::vector<std::string> names;
  std::vector<std::uint32_t> slots;
};

/// One Lua state, closed off: an allow-list of globals, all of them read-only; a bound on
/// instructions, memory and what is allocated in sum; nothing that differs from run to run (no
/// clock, random number, address, hash order). No evaluation leaves anything for the next one.
/// A breach is an EvalError, after which the sandbox works on. Thread: its owner.
class LuaSandbox {
 public:
  /// Loads and freezes `functions`. An error says what is wrong in it.
  [[nodiscard]] static Result<std::unique_ptr<LuaSandbox>> create(const std::string& functions,
                                                                  ExpressionLimits limits);
  ~LuaSandbox();
  LuaSandbox(const LuaSandbox&) = delete;
  LuaSandbox& operator=(const LuaSandbox&) = delete;

  /// The globals that an expression may name; those that `functions` declared come after
  /// builtinCount() others.
  [[nodiscard]] const std::vector<std::string>& globalNames() const { return environment_.names; }
  [[nodiscard]] std::size_t builtinCount() const { return environment_.builtin_count; }

  /// Compiles without running; the error's message begins with "expression:LINE: ".
  [[nodiscard]] Status check(const LuaProgram& program);
  /// Runs it. Throws EvalError.
  [[nodiscard]] Value evaluate(const LuaProgram& program, std::span<const Value> bindings,
                               Arena& arena);

  /// For the functions that Lua calls back.
  [[nodiscard]] static LuaSandbox& of(lua_State* lua);
  [[nodiscard]] Arena& scratch() { return scratch_; }
  [[nodiscard]] Arena& arena() { return *arena_; }
  [[nodiscard]] HelperTools& tools() { return tools_; }
  [[nodiscard]] const ExpressionLimits& limits() const { return limits_; }
  /// Keeps a message that outlives the jump out of a C++ function.
  [[nodiscard]] std::string& message() { return message_; }
  /// Counts `bytes` of JSON that an expression parses against the memory limit.
  void chargeJson(std::size_t bytes);
  /// Counts `bytes` of a value on its way out of Lua against the memory limit: tables may share
  /// members, values are trees, so a small table can become a huge value. Throws EvalError.
  void chargeConversion(std::size_t bytes);
  /// A new value begins.
  void beginConversion() { converted_bytes_ = 0; }
  /// For functions that call back into Lua: instructions are counted from now on, if they were not
  /// before.
  void countFromHere();

 private:
  explicit LuaSandbox(ExpressionLimits limits);
  static void* allocate(void* self, void* block, std::size_t old_size, std::size_t new_size);
  static int setUp(lua_State* lua);
  static int compileProtected(lua_State* lua);
  static int loadProtected(lua_State* lua);
  static int pushProtected(lua_State* lua);

  /// A program in the registry.
  struct Loaded {
    int place = 0;
    /// It ends within the limit of instructions whatever it is given: nobody has to count.
    bool bounded = false;
  };
  /// Leaves the compiled function on the stack; returns whether it is bounded.
  bool compile(lua_State* lua, const LuaProgram& program);
  [[nodiscard]] bool isBounded(const LuaCode& code) const;
  /// Compiles the program unless it did before. Throws EvalError.
  [[nodiscard]] Loaded loaded(const LuaProgram& program);
  /// Pushes the program and its variables. Throws EvalError.
  void pushCall(const Loaded& loaded, const LuaProgram& program, std::span<const Value> bindings);
  /// Pushes a variable's value. JSON comes as a view that is used again in every evaluation: none
  /// can keep it.
  void pushVariable(lua_State* lua, std::size_t variable, const Value& value);
  /// Runs `function` with `task` as its argument, within the limits. Empty, or what went wrong.
  std::string run(int (*function)(lua_State*), void* task);
  /// Has the instructions of Lua counted from now on, up to the limit.
  void countInstructions();
  void stopCounting();
  /// What a protected call that returned `status` has to say; empty: it went well.
  [[nodiscard]] std::string messageOf(int status) const;
  [[nodiscard]] std::string memoryMessage() const;

  ExpressionLimits limits_;
  HelperTools tools_;
  Arena scratch_;    ///< of one call of a helper
  Arena own_arena_;  ///< for what is made while loading
  Arena* arena_ = &own_arena_;
  std::string message_;
  std::size_t used_ = 0;       ///< bytes that the state holds
  std::size_t base_ = 0;       ///< of them, before any evaluation
  std::size_t allocated_ = 0;  ///< bytes asked for in this evaluation, freed ones too
  std::size_t json_bytes_ = 0;
  std::size_t converted_bytes_ = 0;
  LuaEnvironment environment_;
  bool counting_ = false;        ///< instructions
  bool lenient_memory_ = false;  ///< the limit is looked at afterwards: nothing may jump
  std::unordered_map<std::uint64_t, Loaded> loaded_;
  /// The program that ran last: one step evaluates one program many times.
  std::pair<std::uint64_t, Loaded> last_loaded_{0, {}};
  /// A view and its place in the registry, for the first, second ... variable of a program.
  std::vector<std::pair<Value*, int>> views_;
  lua_State* lua_ = nullptr;
};

}  // namespace lockstep
