#pragma once

struct lua_State;

namespace lockstep {

/// Pushes the table of the globals that expressions see: Lua's own from the allow-list, those that
/// had to be replaced (next, pairs, tostring, type, string.rep, string.format, table.move,
/// table.sort), and the helpers. Runs in a protected call.
void pushGlobals(lua_State* lua);

}  // namespace lockstep
