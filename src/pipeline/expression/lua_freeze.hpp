#pragma once

#include "src/pipeline/expression/lua_bytecode.hpp"

struct lua_State;

namespace lockstep {

/// Replaces the value on top of the stack by one that nothing can change: tables by read-only
/// fronts, all the way down; of functions the tables they hold. `memo` is the index of a table of
/// what is frozen already (value -> front). Raises a Lua error for a function that assigns to a
/// variable outside itself, since the variable would outlive the record. Runs in a protected call.
void freezeTop(lua_State* lua, int memo, int depth = 0);

/// Pops the table on top and pushes a read-only front of it. Its fields stay as they are.
void pushFront(lua_State* lua);

/// What the Lua function on top is made of.
[[nodiscard]] LuaCode codeOfTop(lua_State* lua);

/// Raises a Lua error if the Lua function on top assigns to one of its upvalues.
void checkAssignsNothingOutside(lua_State* lua);

}  // namespace lockstep
