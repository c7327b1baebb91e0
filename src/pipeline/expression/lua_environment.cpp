#include "src/pipeline/expression/lua_environment.hpp"

#include <lua.hpp>

#include "src/pipeline/expression/lua_freeze.hpp"
#include "src/pipeline/expression/lua_library.hpp"
#include "src/pipeline/expression/lua_values.hpp"

namespace lockstep {
namespace {

// Registry keys. The globals' read-only front is the _ENV of expressions with functions inside:
// those may assign. All others can only read, and get a plain table of all globals.
const char kEnvironment = 0;
const char kFlatEnvironment = 0;

int unknownGlobal(lua_State* lua) {
  return luaL_error(lua, "unknown name '%s'",
                    lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?");
}

// While `functions:` load, assigning to a new global declares it. Upvalue: the built-in globals.
int declareGlobal(lua_State* lua) {
  lua_settop(lua, 3);
  lua_pushvalue(lua, 2);
  if (lua_type(lua, 2) != LUA_TSTRING || lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) {
    return luaL_error(lua, "'%s' is built in and cannot be declared again",
                      lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?");
  }
  lua_settop(lua, 3);
  lua_rawset(lua, 1);
  return 0;
}

// table on top: sets its metatable's __index to what lies below it, and pops that.
void setFallback(lua_State* lua, int table, int fallback) {
  lua_newtable(lua);
  lua_pushvalue(lua, fallback);
  lua_setfield(lua, -2, "__index");
  lua_setmetatable(lua, table);
}

void makeFlatEnvironment(lua_State* lua, int builtins, int declared) {
  lua_newtable(lua);
  const int flat = lua_gettop(lua);
  for (const int table : {builtins, declared}) {
    lua_pushnil(lua);
    while (lua_next(lua, table) != 0) {
      lua_pushvalue(lua, -2);
      lua_insert(lua, -2);
      lua_rawset(lua, flat);
    }
  }
  lua_pushcfunction(lua, unknownGlobal);
  setFallback(lua, flat, lua_gettop(lua));
  lua_pop(lua, 1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kFlatEnvironment);
}

void collectNames(lua_State* lua, int table, std::vector<std::string>& names) {
  lua_pushnil(lua);
  while (lua_next(lua, table) != 0) {
    lua_pop(lua, 1);
    if (lua_type(lua, -1) == LUA_TSTRING) names.emplace_back(lua_tostring(lua, -1));
  }
}

}  // namespace

void loadLua(lua_State* lua, const std::string& text, const char* name) {
  if (luaL_loadbufferx(lua, text.data(), text.size(), name, "t") != LUA_OK) lua_error(lua);
}

// Stack: 1 anything, 2 built-in globals, 3 what `functions:` declares, 4 memo of the freezing.
void makeLuaEnvironment(lua_State* lua, const std::string& functions, LuaEnvironment& made) {
  registerValueTypes(lua);
  pushGlobals(lua);
  lua_newtable(lua);
  lua_newtable(lua);
  lua_pushnil(lua);
  while (lua_next(lua, 2) != 0) {  // the libraries become read-only
    freezeTop(lua, 4);
    lua_pushvalue(lua, -2);
    lua_insert(lua, -2);
    lua_rawset(lua, 2);
  }
  lua_newtable(lua);
  lua_pushvalue(lua, 2);
  lua_setfield(lua, -2, "__index");
  lua_pushvalue(lua, 2);
  lua_pushcclosure(lua, declareGlobal, 1);
  lua_setfield(lua, -2, "__newindex");
  lua_setmetatable(lua, 3);
  lua_pushcfunction(lua, unknownGlobal);
  setFallback(lua, 2, lua_gettop(lua));

  loadLua(lua, functions, "=functions");
  const LuaCode code = codeOfTop(lua);
  made.declared_code = code.inner;
  if (!code.understood) made.declared_code.loops = true;
  lua_pushvalue(lua, 3);
  lua_setupvalue(lua, -2, 1);
  lua_call(lua, 0, 0);

  lua_settop(lua, 4);
  lua_pushvalue(lua, 3);  // as a function's _ENV it is seen before it is frozen
  freezeTop(lua, 4);      // leaves the front on top
  setFallback(lua, 3, 2);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kEnvironment);
  makeFlatEnvironment(lua, 2, 3);
  collectNames(lua, 2, made.names);
  made.builtin_count = made.names.size();
  collectNames(lua, 3, made.names);
  lua_gc(lua, LUA_GCCOLLECT);
}

void pushLuaEnvironment(lua_State* lua, bool assigns) {
  lua_rawgetp(lua, LUA_REGISTRYINDEX, assigns ? &kEnvironment : &kFlatEnvironment);
}

}  // namespace lockstep
