#pragma once

struct lua_State;

namespace lockstep {

/// Functions that Lua calls, in place of its own whose order depends on hashes or the clock.

/// pairs(t): the keys in the order of compare(): numbers, then strings. A key that is a table or a
/// function has no order, and is an error.
int sortedPairs(lua_State* lua);
/// next(t, [key]): the smallest key behind `key`. Looks at every key.
int sortedNext(lua_State* lua);
/// table.sort(t, [before]): a merge sort, so that equal elements keep their order.
int stableSort(lua_State* lua);

}  // namespace lockstep
