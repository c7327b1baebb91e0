#include "src/pipeline/expression/lua_sandbox.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/lua_freeze.hpp"
#include "src/pipeline/expression/lua_values.hpp"

namespace lockstep {
namespace {

// What one evaluation may ask for in sum, as a multiple of the memory limit: bounds the work done
// on large strings, which counts as few instructions.
constexpr std::size_t kAllocatedPerLimit = 64;
// JSON text to the memory that its parsed form may take.
constexpr std::size_t kJsonGrowth = 16;

void onInstructionLimit(lua_State* lua, lua_Debug*) {
  luaL_error(lua, "instruction limit of %d exceeded",
             LuaSandbox::of(lua).limits().instructions_max);
}

struct SetUp {
  LuaSandbox* sandbox;
  const std::string* functions;
};

struct Check {
  LuaSandbox* sandbox;
  const LuaProgram* program;
};

struct Push {
  LuaSandbox* sandbox;
  const Value* value;
};

// Lists and maps are built in Lua, which may refuse them; everything else only takes memory.
bool isBuiltInLua(const Value& value) {
  return value.kind() == ValueKind::kList || value.kind() == ValueKind::kMap;
}

}  // namespace

LuaSandbox::LuaSandbox(ExpressionLimits limits) : limits_(limits) {
  lua_ = lua_newstate(allocate, this);
  if (lua_ != nullptr) *static_cast<LuaSandbox**>(lua_getextraspace(lua_)) = this;
}

LuaSandbox::~LuaSandbox() {
  if (lua_ != nullptr) lua_close(lua_);
}

LuaSandbox& LuaSandbox::of(lua_State* lua) {
  return **static_cast<LuaSandbox**>(lua_getextraspace(lua));
}

void* LuaSandbox::allocate(void* self, void* block, std::size_t old_size, std::size_t new_size) {
  auto& sandbox = *static_cast<LuaSandbox*>(self);
  const std::size_t old_bytes = block == nullptr ? 0 : old_size;  // else old_size is a type
  if (new_size == 0) {
    std::free(block);
    sandbox.used_ -= old_bytes;
    return nullptr;
  }
  if (new_size > old_bytes) {
    const std::size_t limit = sandbox.limits_.memory_bytes_max;
    const std::size_t wanted = sandbox.used_ - old_bytes + new_size;
    sandbox.allocated_ += new_size - old_bytes;
    const bool over =
        wanted > sandbox.base_ + limit || sandbox.allocated_ / kAllocatedPerLimit > limit;
    if (over && !sandbox.lenient_memory_) return nullptr;
  }
  void* moved = std::realloc(block, new_size);
  if (moved != nullptr) sandbox.used_ = sandbox.used_ - old_bytes + new_size;
  return moved;
}

void LuaSandbox::chargeJson(std::size_t bytes) {
  json_bytes_ += bytes * kJsonGrowth;
  if (json_bytes_ > limits_.memory_bytes_max) {
    throw EvalError(memoryMessage());
  }
}

void LuaSandbox::chargeConversion(std::size_t bytes) {
  converted_bytes_ += bytes;
  if (converted_bytes_ > limits_.memory_bytes_max) {
    throw EvalError(memoryMessage());
  }
}

void LuaSandbox::countFromHere() {
  if (!counting_) countInstructions();
}

void LuaSandbox::countInstructions() {
  counting_ = true;
  lua_sethook(lua_, onInstructionLimit, LUA_MASKCOUNT, limits_.instructions_max);
}

// Counting costs Lua a call for each instruction.
void LuaSandbox::stopCounting() {
  if (!std::exchange(counting_, false)) return;
  lua_sethook(lua_, nullptr, 0, 0);
}

std::string LuaSandbox::memoryMessage() const {
  return "memory limit of " + std::to_string(limits_.memory_bytes_max) + " bytes exceeded";
}

std::string LuaSandbox::messageOf(int status) const {
  if (status == LUA_OK) return {};
  if (status == LUA_ERRMEM) return memoryMessage();
  std::size_t size = 0;
  const char* text = lua_type(lua_, -1) == LUA_TSTRING ? lua_tolstring(lua_, -1, &size) : nullptr;
  if (text != nullptr) return {text, size};
  return "error() was called with a " + std::string(luaTypeName(lua_, -1));
}

std::string LuaSandbox::run(int (*function)(lua_State*), void* task) {
  allocated_ = 0;
  json_bytes_ = 0;
  countInstructions();
  lua_pushcfunction(lua_, function);
  lua_pushlightuserdata(lua_, task);
  auto message = messageOf(lua_pcall(lua_, 1, 0, 0));
  lua_settop(lua_, 0);
  return message;
}

int LuaSandbox::setUp(lua_State* lua) {
  const SetUp& task = *static_cast<const SetUp*>(lua_touserdata(lua, 1));
  makeLuaEnvironment(lua, *task.functions, task.sandbox->environment_);
  return 0;
}

Result<std::unique_ptr<LuaSandbox>> LuaSandbox::create(const std::string& functions,
                                                       ExpressionLimits limits) {
  std::unique_ptr<LuaSandbox> sandbox(new LuaSandbox(limits));
  std::string message = "no memory for a Lua state";
  if (sandbox->lua_ != nullptr) {
    SetUp task{sandbox.get(), &functions};
    message = sandbox->run(setUp, &task);
  }
  if (!message.empty()) {
    return Status::fatal(ExitCode::kConfiguration, "E020", message,
                         "functions: declares functions and constants, nothing else");
  }
  sandbox->base_ = sandbox->used_;
  auto& names = sandbox->environment_.names;
  const auto declared =
      names.begin() + static_cast<std::ptrdiff_t>(sandbox->environment_.builtin_count);
  std::sort(names.begin(), declared);
  std::sort(declared, names.end());
  return sandbox;
}

// Leaves the compiled function on the stack. The text must be one expression: it has to compile
// both bare and in brackets, so that neither "1, 2" nor "1) (2" passes.
bool LuaSandbox::compile(lua_State* lua, const LuaProgram& program) {
  message_ = "return " + program.text;
  loadLua(lua, message_, "=expression");
  lua_pop(lua, 1);
  message_.clear();
  for (const auto& name : program.names) message_ += (message_.empty() ? "local " : ",") + name;
  if (!message_.empty()) message_ += "=... ";
  message_ += "return (" + program.text + "\n)";
  loadLua(lua, message_, "=expression");
  checkAssignsNothingOutside(lua);
  const LuaCode code = codeOfTop(lua);
  pushLuaEnvironment(lua, code.outer.closures);
  lua_setupvalue(lua, -2, 1);
  return isBounded(code);
}

// Without loops, and with calls of functions that neither loop nor call, a run is as long as the
// code at most. Helpers are C; the one that calls back, table.sort(), has instructions counted.
bool LuaSandbox::isBounded(const LuaCode& code) const {
  const auto& declared = environment_.declared_code;
  if (code.outer.loops || code.outer.closures) return false;
  const bool calls_end = declared.calls == 0 && !declared.loops && !declared.closures;
  if (code.outer.calls > 0 && !calls_end) return false;
  const auto longest = code.outer.instructions + code.outer.calls * declared.instructions;
  return longest <= static_cast<std::size_t>(limits_.instructions_max);
}

int LuaSandbox::compileProtected(lua_State* lua) {
  const Check& task = *static_cast<const Check*>(lua_touserdata(lua, 1));
  task.sandbox->compile(lua, *task.program);
  return 0;
}

Status LuaSandbox::check(const LuaProgram& program) {
  Check task{this, &program};
  const auto message = run(compileProtected, &task);
  if (message.empty()) return {};
  return Status::fatal(ExitCode::kConfiguration, "E020", message);
}

int LuaSandbox::loadProtected(lua_State* lua) {
  const Check& task = *static_cast<const Check*>(lua_touserdata(lua, 1));
  Loaded loaded;
  loaded.bounded = task.sandbox->compile(lua, *task.program);
  loaded.place = luaL_ref(lua, LUA_REGISTRYINDEX);
  task.sandbox->loaded_.emplace(task.program->id, loaded);
  return 0;
}

LuaSandbox::Loaded LuaSandbox::loaded(const LuaProgram& program) {
  if (last_loaded_.first == program.id) return last_loaded_.second;
  if (!loaded_.contains(program.id)) {
    Check task{this, &program};
    if (const auto message = run(loadProtected, &task); !message.empty()) throw EvalError(message);
  }
  last_loaded_ = *loaded_.find(program.id);
  return last_loaded_.second;
}

void LuaSandbox::pushVariable(lua_State* lua, std::size_t variable, const Value& value) {
  if (value.kind() != ValueKind::kJson) return pushValue(lua, value);
  while (views_.size() <= variable) {
    Value* view = pushView(lua, value);
    views_.emplace_back(view, luaL_ref(lua, LUA_REGISTRYINDEX));
  }
  *views_[variable].first = value;
  lua_rawgeti(lua, LUA_REGISTRYINDEX, views_[variable].second);
}

int LuaSandbox::pushProtected(lua_State* lua) {
  const Push& task = *static_cast<const Push*>(lua_touserdata(lua, 1));
  pushValue(lua, *task.value);
  return 1;
}

// Outside a protected call: nothing here may raise a Lua error. What takes memory is allowed to and
// looked at afterwards; what may be refused is pushed inside one.
void LuaSandbox::pushCall(const Loaded& loaded, const LuaProgram& program,
                          std::span<const Value> bindings) {
  constexpr int kRoom = 8;
  const auto& slots = program.slots;
  if (lua_checkstack(lua_, static_cast<int>(slots.size()) + kRoom) == 0) {
    throw EvalError("too many variables");
  }
  lua_rawgeti(lua_, LUA_REGISTRYINDEX, loaded.place);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Value& value = bindings[slots[i]];
    if (!isBuiltInLua(value)) {
      lenient_memory_ = true;
      pushVariable(lua_, i, value);
      lenient_memory_ = false;
      continue;
    }
    Push task{this, &value};
    lua_pushcfunction(lua_, pushProtected);
    lua_pushlightuserdata(lua_, &task);
    const auto message = messageOf(lua_pcall(lua_, 1, 1, 0));
    if (!message.empty()) throw EvalError(message);
  }
  if (used_ > base_ + limits_.memory_bytes_max) throw EvalError(memoryMessage());
}

Value LuaSandbox::evaluate(const LuaProgram& program, std::span<const Value> bindings,
                           Arena& arena) {
  const Loaded loaded = this->loaded(program);
  allocated_ = 0;
  json_bytes_ = 0;
  if (loaded.bounded)
    stopCounting();
  else
    countInstructions();
  arena_ = &arena;
  struct Running {
    LuaSandbox& sandbox;
    ~Running() {
      sandbox.lenient_memory_ = false;
      lua_settop(sandbox.lua_, 0);
      sandbox.arena_ = &sandbox.own_arena_;
      sandbox.own_arena_.clear();
    }
  };
  const Running running{*this};
  pushCall(loaded, program, bindings);
  const auto variables = static_cast<int>(program.slots.size());
  if (const int status = lua_pcall(lua_, variables, 1, 0); status != LUA_OK) [[unlikely]] {
    throw EvalError(messageOf(status));
  }
  beginConversion();
  lenient_memory_ = true;  // for a stack that has to grow
  return toValue(lua_, -1, arena, Strings::kCopy);
}

}  // namespace lockstep
