#include "src/pipeline/expression/lua_library.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "src/pipeline/expression/helpers.hpp"
#include "src/pipeline/expression/lua_iteration.hpp"
#include "src/pipeline/expression/lua_sandbox.hpp"
#include "src/pipeline/expression/lua_values.hpp"

namespace lockstep {
namespace {

constexpr std::size_t kMovedElementsMax = 1'000'000;

int typeOf(lua_State* lua) {
  luaL_checkany(lua, 1);
  lua_pushstring(lua, luaTypeName(lua, 1));
  return 1;
}

// Lua prints the addresses of tables and functions; they differ from run to run.
int toText(lua_State* lua) {
  luaL_checkany(lua, 1);
  const int type = lua_type(lua, 1);
  if (type != LUA_TNIL && type != LUA_TBOOLEAN && type != LUA_TNUMBER && type != LUA_TSTRING) {
    return luaL_error(lua, "tostring: a %s has no text; json(x) writes a table",
                      luaTypeName(lua, 1));
  }
  luaL_tolstring(lua, 1, nullptr);
  return 1;
}

// The size is checked before a byte is made. Upvalue: the library's own function.
int repeat(lua_State* lua) {
  std::size_t size = 0;
  std::size_t separator = 0;
  luaL_checklstring(lua, 1, &size);
  const lua_Integer count = luaL_checkinteger(lua, 2);
  luaL_optlstring(lua, 3, "", &separator);
  const std::size_t limit = LuaSandbox::of(lua).limits().memory_bytes_max;
  if (count > 0 && size + separator > 0 &&
      static_cast<lua_Unsigned>(count) > limit / (size + separator)) {
    return luaL_error(lua, "string.rep: the result is larger than the memory limit");
  }
  lua_settop(lua, 3);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, 3, 1);
  return 1;
}

// No %p, no text of a table. Lua itself bounds the widths to two digits. Upvalue: as above.
int format(lua_State* lua) {
  const int arguments = lua_gettop(lua);
  std::size_t size = 0;
  const char* pattern = luaL_checklstring(lua, 1, &size);
  for (std::size_t i = 0; i < size; ++i) {
    if (pattern[i] != '%') continue;
    ++i;
    while (i < size && std::strchr("-+ #0123456789.", pattern[i]) != nullptr && pattern[i] != 0)
      ++i;
    if (i < size && pattern[i] == 'p') return luaL_error(lua, "string.format: no %%p here");
  }
  for (int i = 2; i <= arguments; ++i) {
    const int type = lua_type(lua, i);
    if (type != LUA_TNIL && type != LUA_TBOOLEAN && type != LUA_TNUMBER && type != LUA_TSTRING) {
      return luaL_error(lua, "string.format: a %s has no text; json(x) writes a table",
                        luaTypeName(lua, i));
    }
  }
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, arguments, 1);
  return 1;
}

// Lua's own loops for as long as it is told to, outside the instruction count. Upvalue: as above.
int move(lua_State* lua) {
  const lua_Integer from = luaL_checkinteger(lua, 2);
  const lua_Integer end = luaL_checkinteger(lua, 3);
  if (end >= from &&
      static_cast<lua_Unsigned>(end) - static_cast<lua_Unsigned>(from) >= kMovedElementsMax) {
    return luaL_error(lua, "table.move: more than a million elements");
  }
  const int arguments = lua_gettop(lua);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, arguments, 1);
  return 1;
}

int callHelperFromLua(lua_State* lua) {
  const auto& helper = *static_cast<const Helper*>(lua_touserdata(lua, lua_upvalueindex(1)));
  LuaSandbox& sandbox = LuaSandbox::of(lua);
  const auto count = static_cast<std::size_t>(lua_gettop(lua));
  if (count > kHelperArgumentsMax) return luaL_error(lua, "too many arguments");
  std::array<Value, kHelperArgumentsMax> arguments;
  Value result;
  bool ok = true;
  sandbox.scratch().clear();
  sandbox.beginConversion();
  try {
    for (std::size_t i = 0; i < count; ++i) {
      arguments[i] = toValue(lua, static_cast<int>(i) + 1, sandbox.scratch(), Strings::kView);
    }
    // JSON outlives the call that reads it: its fields are fetched later.
    const bool reads_json = helper.name == "json" && count > 0 && arguments[0].isString();
    if (reads_json) {
      sandbox.chargeJson(arguments[0].asString().size());
      arguments[0] = Value::string(sandbox.arena().copy(arguments[0].asString()));
    }
    result = callHelper(helper, {std::span<const Value>(arguments).first(count),
                                 reads_json ? sandbox.arena() : sandbox.scratch(),
                                 sandbox.tools().regexes, sandbox.tools().buffer});
  } catch (const std::exception& error) {
    sandbox.message() = error.what();
    ok = false;
  }
  if (!ok) return raiseError(lua, sandbox.message().c_str());
  pushValue(lua, result);
  return 1;
}

// Replaces table[name] (table on top) by `wrapper`, which gets the old function as its upvalue.
void wrap(lua_State* lua, const char* name, lua_CFunction wrapper) {
  lua_getfield(lua, -1, name);
  lua_pushcclosure(lua, wrapper, 1);
  lua_setfield(lua, -2, name);
}

void erase(lua_State* lua, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    lua_pushnil(lua);
    lua_setfield(lua, -2, name);
  }
}

// `s:upper()` finds its function here; a field that is no function of strings is a mistake.
int unknownStringField(lua_State* lua) {
  return luaL_error(lua, "attempt to index a string value (field '%s')",
                    lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?");
}

void guardStringFields(lua_State* lua) {
  lua_newtable(lua);
  lua_pushcfunction(lua, unknownStringField);
  lua_setfield(lua, -2, "__index");
  lua_setmetatable(lua, -2);
}

}  // namespace

void pushGlobals(lua_State* lua) {
  lua_newtable(lua);
  const int globals = lua_gettop(lua);
  luaL_requiref(lua, "_G", luaopen_base, 0);
  for (const char* name : {"assert", "error", "ipairs", "select", "tonumber"}) {
    lua_getfield(lua, -1, name);
    lua_setfield(lua, globals, name);
  }
  lua_pop(lua, 1);
  luaL_requiref(lua, "string", luaopen_string, 0);
  erase(lua, {"dump", "match", "find", "gmatch", "gsub"});
  wrap(lua, "rep", repeat);
  wrap(lua, "format", format);
  guardStringFields(lua);
  lua_setfield(lua, globals, "string");
  luaL_requiref(lua, "math", luaopen_math, 0);
  erase(lua, {"random", "randomseed"});
  lua_setfield(lua, globals, "math");
  luaL_requiref(lua, "table", luaopen_table, 0);
  wrap(lua, "move", move);
  lua_pushcfunction(lua, stableSort);
  lua_setfield(lua, -2, "sort");
  lua_setfield(lua, globals, "table");
  luaL_requiref(lua, "utf8", luaopen_utf8, 0);
  lua_setfield(lua, globals, "utf8");
  const luaL_Reg own[] = {{"next", sortedNext},
                          {"pairs", sortedPairs},
                          {"tostring", toText},
                          {"type", typeOf},
                          {nullptr, nullptr}};
  luaL_setfuncs(lua, own, 0);
  for (const auto& helper : allHelpers()) {
    lua_pushlightuserdata(lua, const_cast<Helper*>(&helper));
    lua_pushcclosure(lua, callHelperFromLua, 1);
    lua_setfield(lua, globals, helper.name.data());  // literals: they end with a zero
  }
}

}  // namespace lockstep
