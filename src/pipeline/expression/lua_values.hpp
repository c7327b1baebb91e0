#pragma once

#include <lua.hpp>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// Values on their way into Lua and back. Lists and maps become tables of their own (changing them
/// changes no one else's); JSON, and lists with nil in them, become read-only views that fetch
/// fields when asked. All may raise Lua errors (no memory), so they run in protected calls only,
/// and no C++ object with a destructor may wait for them to return.

/// Makes the metatables. Once per state.
void registerValueTypes(lua_State* lua);

/// REQUIRES: room for one value on the stack.
void pushValue(lua_State* lua, const Value& value, int depth = 0);
/// A read-only view of a list, a map or JSON; returns where it keeps the value.
Value* pushView(lua_State* lua, const Value& value);

enum class Strings {
  kView,  ///< valid while the Lua value is
  kCopy,  ///< copied to the arena
};
/// The value at `index`; tables go to `arena`, strings too with kCopy. Throws EvalError for what is
/// no value (a function) and for tables that nest too deep or contain themselves.
[[nodiscard]] Value toValue(lua_State* lua, int index, Arena& arena, Strings strings,
                            int depth = 0);

/// The value behind a view at `index`, or null if there is none.
[[nodiscard]] const Value* toView(lua_State* lua, int index);

/// "nil", "number", "table" ...: a view counts as a table.
[[nodiscard]] const char* luaTypeName(lua_State* lua, int index);

/// Replaces the frozen table at `index` by the one behind it; leaves anything else alone.
void unwrapFrozen(lua_State* lua, int index);
/// The key of a frozen table's metatable under which the table behind it is found.
[[nodiscard]] const void* frozenKey();

/// Raises `error` as a Lua error. Never returns.
int raiseError(lua_State* lua, const char* message);

}  // namespace lockstep
