#include "src/pipeline/expression/lua_freeze.hpp"

#include <optional>
#include <string>

#include "src/pipeline/expression/lua_sandbox.hpp"
#include "src/pipeline/expression/lua_values.hpp"

namespace lockstep {
namespace {

constexpr int kFreezeDepthMax = 100;

int refuseFrozenWrite(lua_State* lua) {
  if (lua_type(lua, 2) == LUA_TSTRING) {
    return luaL_error(lua, "'%s' is read-only: no value survives from record to record",
                      lua_tostring(lua, 2));
  }
  return luaL_error(lua, "the table is read-only: no value survives from record to record");
}

int frontLength(lua_State* lua) {
  unwrapFrozen(lua, 1);
  lua_pushinteger(lua, static_cast<lua_Integer>(lua_rawlen(lua, 1)));
  return 1;
}

int appendDump(lua_State*, const void* bytes, std::size_t size, void* out) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return 0;
}

// True if memo already has a replacement for the top value; then it stands there.
bool replaceKnown(lua_State* lua, int memo) {
  lua_pushvalue(lua, -1);
  if (lua_rawget(lua, memo) == LUA_TNIL) {
    lua_pop(lua, 1);
    return false;
  }
  lua_replace(lua, -2);
  return true;
}

void remember(lua_State* lua, int memo, int value, int replacement) {
  lua_pushvalue(lua, value);
  lua_pushvalue(lua, replacement);
  lua_rawset(lua, memo);
}

void freezeTable(lua_State* lua, int memo, int depth) {
  const int table = lua_gettop(lua);
  lua_pushvalue(lua, table);
  pushFront(lua);
  const int front = lua_gettop(lua);
  remember(lua, memo, table, front);
  remember(lua, memo, front, front);
  lua_pushnil(lua);
  while (lua_next(lua, table) != 0) {
    const int key_type = lua_type(lua, -2);
    if (key_type != LUA_TSTRING && key_type != LUA_TNUMBER && key_type != LUA_TBOOLEAN) {
      luaL_error(lua, "a constant table has only strings, numbers and booleans as keys");
    }
    freezeTop(lua, memo, depth + 1);
    lua_pushvalue(lua, -2);
    lua_insert(lua, -2);
    lua_rawset(lua, table);  // an existing key, so the loop goes on
  }
  lua_replace(lua, table);
}

void freezeFunction(lua_State* lua, int memo, int depth) {
  const int function = lua_gettop(lua);
  remember(lua, memo, function, function);
  if (lua_iscfunction(lua, function) != 0) {
    // Helpers hold a light pointer; anything else with a value inside (what pairs() returns) moves.
    if (lua_getupvalue(lua, function, 1) == nullptr) return;
    const int type = lua_type(lua, -1);
    lua_pop(lua, 1);
    if (type != LUA_TLIGHTUSERDATA && type != LUA_TFUNCTION) {
      luaL_error(lua, "an iterator cannot be a constant: it changes from record to record");
    }
    return;
  }
  checkAssignsNothingOutside(lua);
  for (int i = 1; lua_getupvalue(lua, function, i) != nullptr; ++i) {
    freezeTop(lua, memo, depth + 1);
    lua_setupvalue(lua, function, i);
  }
}

}  // namespace

void pushFront(lua_State* lua) {
  lua_newtable(lua);
  lua_newtable(lua);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pushcfunction(lua, refuseFrozenWrite);
  lua_setfield(lua, -2, "__newindex");
  lua_pushcfunction(lua, frontLength);
  lua_setfield(lua, -2, "__len");
  lua_pushvalue(lua, -3);
  lua_rawsetp(lua, -2, frozenKey());
  lua_setmetatable(lua, -2);
  lua_replace(lua, -2);
}

LuaCode codeOfTop(lua_State* lua) {
  std::string& dump = LuaSandbox::of(lua).message();  // no object of ours across a jump
  dump.clear();
  lua_dump(lua, appendDump, &dump, 0);
  return readLuaCode(dump);
}

void checkAssignsNothingOutside(lua_State* lua) {
  const LuaCode code = codeOfTop(lua);
  if (!code.understood) luaL_error(lua, "cannot read what the Lua library compiled");
  const int upvalue = code.assigned_upvalue;
  if (upvalue == 0) return;
  lua_Debug info;
  lua_pushvalue(lua, -1);
  lua_getinfo(lua, ">S", &info);
  const char* name = lua_getupvalue(lua, -1, upvalue);
  luaL_error(lua, "%s:%d: the function assigns to '%s', which would survive from record to record",
             info.short_src, info.linedefined, name == nullptr ? "?" : name);
}

void freezeTop(lua_State* lua, int memo, int depth) {
  if (depth > kFreezeDepthMax) luaL_error(lua, "constants nest too deep");
  luaL_checkstack(lua, 8, "constants nest too deep");
  const int type = lua_type(lua, -1);
  if (type != LUA_TTABLE && type != LUA_TFUNCTION) return;
  if (replaceKnown(lua, memo)) return;
  if (type == LUA_TTABLE) {
    freezeTable(lua, memo, depth);
  } else {
    freezeFunction(lua, memo, depth);
  }
}

}  // namespace lockstep
