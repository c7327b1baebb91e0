#include "src/pipeline/expression/lua_iteration.hpp"

#include <algorithm>
#include <exception>
#include <string>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/lua_sandbox.hpp"
#include "src/pipeline/expression/lua_values.hpp"

namespace lockstep {
namespace {

Value keyAt(lua_State* lua, int index) {
  const int type = lua_type(lua, index);
  if (type != LUA_TBOOLEAN && type != LUA_TNUMBER && type != LUA_TSTRING) {
    throw EvalError(std::string("a table with a ") + luaL_typename(lua, index) +
                    " as key has no order");
  }
  return toValue(lua, index, LuaSandbox::of(lua).scratch(), Strings::kView);
}

// The keys of the raw table at `table`, sorted, in the scratch arena.
std::span<Value> sortedKeys(lua_State* lua, int table) {
  std::size_t count = 0;
  lua_pushnil(lua);
  while (lua_next(lua, table) != 0) {
    lua_pop(lua, 1);
    ++count;
  }
  const auto keys = allocateArray<Value>(LuaSandbox::of(lua).scratch(), count);
  std::size_t at = 0;
  lua_pushnil(lua);
  while (lua_next(lua, table) != 0) {
    lua_pop(lua, 1);
    keys[at++] = keyAt(lua, -1);
  }
  std::sort(keys.begin(), keys.end(),
            [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  return keys;
}

std::size_t viewSize(const Value& view) {
  if (view.kind() == ValueKind::kList) return view.asList().size();
  if (view.kind() == ValueKind::kMap) return view.asMap().size();
  auto& node = view.asJson();
  return node.isObject() ? node.fields().size() : node.items().size();
}

MapEntry viewEntry(const Value& view, std::size_t at) {
  const Value position = Value::integer(static_cast<std::int64_t>(at + 1));
  if (view.kind() == ValueKind::kList) return {position, view.asList()[at]};
  if (view.kind() == ValueKind::kMap) return view.asMap()[at];
  auto& node = view.asJson();
  return node.isObject() ? node.fields()[at] : MapEntry{position, node.items()[at]};
}

template <class Body>
bool guardedWithScratch(lua_State* lua, Body body) {
  LuaSandbox& sandbox = LuaSandbox::of(lua);
  try {
    sandbox.scratch().clear();
    body();
    return true;
  } catch (const std::exception& error) {
    sandbox.message() = error.what();
    return false;
  }
}

int raiseKept(lua_State* lua) { return raiseError(lua, LuaSandbox::of(lua).message().c_str()); }

void checkTable(lua_State* lua, int index) {
  if (lua_type(lua, index) == LUA_TTABLE || toView(lua, index) != nullptr) return;
  luaL_typeerror(lua, index, "table");
}

// Upvalues: the table, its keys, how many are done.
int stepTable(lua_State* lua) {
  lua_Integer at = lua_tointeger(lua, lua_upvalueindex(3));
  for (;;) {
    lua_pushinteger(lua, ++at);
    lua_replace(lua, lua_upvalueindex(3));
    if (lua_rawgeti(lua, lua_upvalueindex(2), at) == LUA_TNIL) return 1;
    lua_pushvalue(lua, -1);
    if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) return 2;
    lua_pop(lua, 2);  // removed since the loop began
  }
}

// Upvalues: the view, how many entries are done.
int stepView(lua_State* lua) {
  const Value& view = *static_cast<const Value*>(lua_touserdata(lua, lua_upvalueindex(1)));
  const lua_Integer at = lua_tointeger(lua, lua_upvalueindex(2));
  MapEntry entry;
  if (!guardedWithScratch(lua, [&] {
        if (static_cast<std::size_t>(at) < viewSize(view)) {
          entry = viewEntry(view, static_cast<std::size_t>(at));
        }
      })) {
    return raiseKept(lua);
  }
  lua_pushinteger(lua, at + 1);
  lua_replace(lua, lua_upvalueindex(2));
  pushValue(lua, entry.key);
  pushValue(lua, entry.value);
  return 2;
}

// The smallest of the table's keys behind `key` (any, if that is nil); nil if there is none.
Value keyBehind(lua_State* lua, int table, const Value& key) {
  Value found;
  lua_pushnil(lua);
  while (lua_next(lua, table) != 0) {
    lua_pop(lua, 1);
    const Value candidate = keyAt(lua, -1);
    if (!key.isNil() && compare(candidate, key) <= 0) continue;
    if (found.isNil() || compare(candidate, found) < 0) found = candidate;
  }
  return found;
}

MapEntry viewEntryBehind(const Value& view, const Value& key) {
  for (std::size_t i = 0; i < viewSize(view); ++i) {
    const MapEntry entry = viewEntry(view, i);
    if (key.isNil() || compare(entry.key, key) > 0) return entry;
  }
  return {};
}

// Whether the value at `a` comes before the one at `b`; `before` is the index of a function or 0.
bool isBefore(lua_State* lua, int before, int a, int b) {
  if (before == 0) return lua_compare(lua, a, b, LUA_OPLT) != 0;
  lua_pushvalue(lua, before);
  lua_pushvalue(lua, a);
  lua_pushvalue(lua, b);
  lua_call(lua, 2, 1);
  const bool result = lua_toboolean(lua, -1) != 0;
  lua_pop(lua, 1);
  return result;
}

// Merges from[low, middle) and from[middle, high) into `to`, all tables from 1.
void mergeRuns(lua_State* lua, int from, int to, lua_Integer low, lua_Integer middle,
               lua_Integer high, int before) {
  lua_Integer left = low;
  lua_Integer right = middle;
  for (lua_Integer at = low; at < high; ++at) {
    bool take_right = left >= middle;
    if (left < middle && right < high) {
      lua_rawgeti(lua, from, right);
      lua_rawgeti(lua, from, left);
      take_right = isBefore(lua, before, lua_gettop(lua) - 1, lua_gettop(lua));
      lua_pop(lua, 2);
    }
    lua_rawgeti(lua, from, take_right ? right++ : left++);
    lua_rawseti(lua, to, at);
  }
}

}  // namespace

int sortedPairs(lua_State* lua) {
  checkTable(lua, 1);
  if (toView(lua, 1) != nullptr) {
    lua_pushvalue(lua, 1);
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, stepView, 2);
  } else {
    unwrapFrozen(lua, 1);
    std::span<Value> keys;
    if (!guardedWithScratch(lua, [&] { keys = sortedKeys(lua, 1); })) return raiseKept(lua);
    lua_pushvalue(lua, 1);
    lua_createtable(lua, static_cast<int>(keys.size()), 0);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      pushValue(lua, keys[i]);
      lua_rawseti(lua, -2, static_cast<lua_Integer>(i + 1));
    }
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, stepTable, 3);
  }
  lua_pushvalue(lua, 1);
  lua_pushnil(lua);
  return 3;
}

int sortedNext(lua_State* lua) {
  checkTable(lua, 1);
  lua_settop(lua, 2);
  const Value* view = toView(lua, 1);
  MapEntry entry;
  if (view == nullptr) unwrapFrozen(lua, 1);
  const bool ok = guardedWithScratch(lua, [&] {
    const Value key = lua_isnil(lua, 2) ? Value() : keyAt(lua, 2);
    if (view != nullptr) {
      entry = viewEntryBehind(*view, key);
    } else {
      entry.key = keyBehind(lua, 1, key);
    }
  });
  if (!ok) return raiseKept(lua);
  pushValue(lua, entry.key);
  if (entry.key.isNil()) return 1;
  if (view != nullptr) {
    pushValue(lua, entry.value);
  } else {
    lua_pushvalue(lua, -1);
    lua_rawget(lua, 1);
  }
  return 2;
}

int stableSort(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  const bool has_order = !lua_isnoneornil(lua, 2);
  if (has_order) luaL_checktype(lua, 2, LUA_TFUNCTION);
  if (has_order) LuaSandbox::of(lua).countFromHere();
  lua_settop(lua, 2);
  const lua_Integer size = luaL_len(lua, 1);
  lua_createtable(lua, static_cast<int>(size), 0);  // 3
  lua_createtable(lua, static_cast<int>(size), 0);  // 4
  for (lua_Integer i = 1; i <= size; ++i) {
    lua_geti(lua, 1, i);
    lua_rawseti(lua, 3, i);
  }
  int from = 3;
  int to = 4;
  for (lua_Integer width = 1; width < size; width *= 2) {
    for (lua_Integer low = 1; low <= size; low += 2 * width) {
      mergeRuns(lua, from, to, low, std::min(low + width, size + 1),
                std::min(low + 2 * width, size + 1), has_order ? 2 : 0);
    }
    std::swap(from, to);
  }
  for (lua_Integer i = 1; i <= size; ++i) {
    lua_rawgeti(lua, from, i);
    lua_seti(lua, 1, i);
  }
  return 0;
}

}  // namespace lockstep
