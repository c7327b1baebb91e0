#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "src/pipeline/expression/lua_bytecode.hpp"

struct lua_State;

namespace lockstep {

/// What the expressions of a sandbox may name.
struct LuaEnvironment {
  std::vector<std::string> names;  ///< those that `functions:` declares come last
  std::size_t builtin_count = 0;   ///< of the names
  LuaCodePart declared_code;       ///< of the functions that `functions:` declares
};

/// Makes the globals of a new Lua state: the allow-list of what is built in, and what `functions`
/// declares, all of it frozen. Raises Lua errors: call it within a protected call, with one value
/// on the stack.
void makeLuaEnvironment(lua_State* lua, const std::string& functions, LuaEnvironment& made);

/// Pushes the _ENV of an expression; `assigns`: of one with functions inside, which may.
void pushLuaEnvironment(lua_State* lua, bool assigns);

/// Compiles text, no bytecode, and pushes it. Raises Lua errors.
void loadLua(lua_State* lua, const std::string& text, const char* name);

}  // namespace lockstep
