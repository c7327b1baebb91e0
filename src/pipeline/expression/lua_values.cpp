#include "src/pipeline/expression/lua_values.hpp"

#include <algorithm>
#include <new>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/lua_sandbox.hpp"
#include "src/pipeline/expression/operators.hpp"

namespace lockstep {
namespace {

// Registry keys; only the addresses matter.
const char kViewMeta = 0;
const char kListMeta = 0;
const char kMapMeta = 0;
const char kFrozen = 0;

void pushList(lua_State* lua, std::span<const Value> items, int depth) {
  lua_createtable(lua, static_cast<int>(items.size()), 0);
  for (std::size_t i = 0; i < items.size(); ++i) {
    pushValue(lua, items[i], depth + 1);
    lua_rawseti(lua, -2, static_cast<lua_Integer>(i + 1));
  }
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kListMeta);
  lua_setmetatable(lua, -2);
}

void pushMap(lua_State* lua, std::span<const MapEntry> entries, int depth) {
  lua_createtable(lua, 0, static_cast<int>(entries.size()));
  for (const auto& entry : entries) {
    pushValue(lua, entry.key, depth + 1);
    pushValue(lua, entry.value, depth + 1);
    lua_rawset(lua, -3);
  }
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kMapMeta);
  lua_setmetatable(lua, -2);
}

bool hasMeta(lua_State* lua, int index, const char* meta) {
  if (lua_getmetatable(lua, index) == 0) return false;
  lua_rawgetp(lua, LUA_REGISTRYINDEX, meta);
  const bool same = lua_rawequal(lua, -1, -2) != 0;
  lua_pop(lua, 2);
  return same;
}

bool isNilValue(const Value& value) { return value.isNil(); }
bool hasNilValue(const MapEntry& entry) { return entry.value.isNil(); }

// Runs C++ that may throw; a throw becomes a Lua error once all frames of C++ are left.
template <class Body>
bool guarded(lua_State* lua, Body body) {
  try {
    body();
    return true;
  } catch (const std::exception& error) {
    LuaSandbox::of(lua).message() = error.what();
    return false;
  }
}

int viewIndex(lua_State* lua) {
  const auto& view = *static_cast<const Value*>(lua_touserdata(lua, 1));
  Value found;
  const bool ok = guarded(lua, [&] {
    if (lua_type(lua, 2) == LUA_TSTRING) [[likely]] {
      std::size_t size = 0;
      const char* name = lua_tolstring(lua, 2, &size);
      found = tableField(view, std::string_view(name, size));
      return;
    }
    Arena& scratch = LuaSandbox::of(lua).scratch();
    if (!lua_istable(lua, 2) && !lua_isfunction(lua, 2) && !lua_isuserdata(lua, 2)) {
      found = tableField(view, toValue(lua, 2, scratch, Strings::kView));
    }
  });
  if (!ok) return raiseError(lua, LuaSandbox::of(lua).message().c_str());
  pushValue(lua, found);
  return 1;
}

int viewLength(lua_State* lua) {
  const auto& view = *static_cast<const Value*>(lua_touserdata(lua, 1));
  Value size;
  if (!guarded(lua, [&] { size = length(view); })) {
    return raiseError(lua, LuaSandbox::of(lua).message().c_str());
  }
  lua_pushinteger(lua, size.asInteger());
  return 1;
}

int valuesEqual(lua_State* lua) {
  bool same = false;
  const bool ok = guarded(lua, [&] {
    Arena& scratch = LuaSandbox::of(lua).scratch();
    scratch.clear();
    LuaSandbox::of(lua).beginConversion();
    const Value a = toValue(lua, 1, scratch, Strings::kView);
    same = equals(a, toValue(lua, 2, scratch, Strings::kView));
  });
  if (!ok) return raiseError(lua, LuaSandbox::of(lua).message().c_str());
  lua_pushboolean(lua, same ? 1 : 0);
  return 1;
}

int refuseViewWrite(lua_State* lua) {
  return raiseError(lua, "a JSON value is read-only; build a new table");
}

Value listFrom(lua_State* lua, int table, std::size_t size, Arena& arena, Strings strings,
               int depth) {
  LuaSandbox::of(lua).chargeConversion((size + 1) * sizeof(Value));
  const auto items = allocateArray<Value>(arena, size);
  for (std::size_t i = 0; i < size; ++i) {
    lua_rawgeti(lua, table, static_cast<lua_Integer>(i + 1));
    items[i] = toValue(lua, -1, arena, strings, depth + 1);
    lua_pop(lua, 1);
  }
  return Value::list(items);
}

Value mapFrom(lua_State* lua, int table, std::size_t size, Arena& arena, Strings strings,
              int depth) {
  LuaSandbox::of(lua).chargeConversion((size + 1) * sizeof(MapEntry));
  const auto entries = allocateArray<MapEntry>(arena, size);
  std::size_t at = 0;
  lua_pushnil(lua);
  while (lua_next(lua, table) != 0) {
    entries[at].key = toValue(lua, -2, arena, strings, depth + 1);
    entries[at++].value = toValue(lua, -1, arena, strings, depth + 1);
    lua_pop(lua, 1);
  }
  return makeMap(entries);
}

// A table is a list if its keys are 1..n; the empty one, too, unless it came as a map.
Value tableValue(lua_State* lua, int table, Arena& arena, Strings strings, int depth) {
  const auto border = lua_rawlen(lua, table);
  std::size_t count = 0;
  bool is_list = !hasMeta(lua, table, &kMapMeta);
  lua_pushnil(lua);
  while (lua_next(lua, table) != 0) {
    lua_pop(lua, 1);
    ++count;
    const auto key = lua_isinteger(lua, -1) != 0 ? lua_tointeger(lua, -1) : 0;
    is_list = is_list && key >= 1 && static_cast<lua_Unsigned>(key) <= border;
  }
  if (is_list && count == border) return listFrom(lua, table, count, arena, strings, depth);
  return mapFrom(lua, table, count, arena, strings, depth);
}

void setFunction(lua_State* lua, const char* name, lua_CFunction function) {
  lua_pushcfunction(lua, function);
  lua_setfield(lua, -2, name);
}

}  // namespace

void registerValueTypes(lua_State* lua) {
  for (const char* meta : {&kListMeta, &kMapMeta}) {
    lua_newtable(lua);
    setFunction(lua, "__eq", valuesEqual);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, meta);
  }
  lua_newtable(lua);
  lua_pushliteral(lua, "table");  // what error messages call it
  lua_setfield(lua, -2, "__name");
  setFunction(lua, "__index", viewIndex);
  setFunction(lua, "__newindex", refuseViewWrite);
  setFunction(lua, "__len", viewLength);
  setFunction(lua, "__eq", valuesEqual);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &kViewMeta);
}

Value* pushView(lua_State* lua, const Value& value) {
  void* place = lua_newuserdatauv(lua, sizeof(Value), 0);
  auto* view = new (place) Value(value);
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &kViewMeta);
  lua_setmetatable(lua, -2);
  return view;
}

void pushValue(lua_State* lua, const Value& value, int depth) {
  if (value.isTable()) {  // the caller has room for one value
    if (depth > kValueDepthMax) raiseError(lua, "lists and maps nest too deep");
    luaL_checkstack(lua, 4, "lists and maps nest too deep");
  }
  switch (value.kind()) {
    case ValueKind::kNil:
      return lua_pushnil(lua);
    case ValueKind::kBoolean:
      return lua_pushboolean(lua, value.asBoolean() ? 1 : 0);
    case ValueKind::kInteger:
      return lua_pushinteger(lua, value.asInteger());
    case ValueKind::kFloat:
      return lua_pushnumber(lua, value.asFloat());
    case ValueKind::kString:
      lua_pushlstring(lua, value.asString().data(), value.asString().size());
      return;
    case ValueKind::kList: {
      const auto items = value.asList();
      if (std::none_of(items.begin(), items.end(), isNilValue)) return pushList(lua, items, depth);
      break;
    }
    case ValueKind::kMap: {
      const auto entries = value.asMap();
      if (std::none_of(entries.begin(), entries.end(), hasNilValue)) {
        return pushMap(lua, entries, depth);
      }
      break;
    }
    case ValueKind::kJson:
      break;
  }
  pushView(lua, value);
}

Value toValue(lua_State* lua, int index, Arena& arena, Strings strings, int depth) {
  if (depth > kValueDepthMax) {
    throw EvalError("a table nests too deep, or contains itself");
  }
  luaL_checkstack(lua, 4, "a table nests too deep");
  index = lua_absindex(lua, index);
  switch (lua_type(lua, index)) {
    case LUA_TNIL:
    case LUA_TNONE:
      return {};
    case LUA_TBOOLEAN:
      return Value::boolean(lua_toboolean(lua, index) != 0);
    case LUA_TNUMBER:
      if (lua_isinteger(lua, index) != 0) return Value::integer(lua_tointeger(lua, index));
      return Value::number(lua_tonumber(lua, index));
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* text = lua_tolstring(lua, index, &size);
      const std::string_view view(text, size);
      if (strings == Strings::kView) return Value::string(view);
      LuaSandbox::of(lua).chargeConversion(view.size());
      return Value::string(arena.copy(view));
    }
    case LUA_TTABLE: {
      lua_pushvalue(lua, index);
      unwrapFrozen(lua, lua_gettop(lua));
      const Value value = tableValue(lua, lua_gettop(lua), arena, strings, depth);
      lua_pop(lua, 1);
      return value;
    }
    default:
      if (const Value* view = toView(lua, index)) return *view;
      throw EvalError("a " + std::string(luaL_typename(lua, index)) + " is no value");
  }
}

const Value* toView(lua_State* lua, int index) {
  if (lua_type(lua, index) != LUA_TUSERDATA || !hasMeta(lua, index, &kViewMeta)) return nullptr;
  return static_cast<const Value*>(lua_touserdata(lua, index));
}

const char* luaTypeName(lua_State* lua, int index) {
  return toView(lua, index) != nullptr ? "table" : luaL_typename(lua, index);
}

void unwrapFrozen(lua_State* lua, int index) {
  if (lua_getmetatable(lua, index) == 0) return;
  if (lua_rawgetp(lua, -1, &kFrozen) == LUA_TTABLE) {
    lua_replace(lua, index);
  } else {
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

const void* frozenKey() { return &kFrozen; }

int raiseError(lua_State* lua, const char* message) { return luaL_error(lua, "%s", message); }

}  // namespace lockstep
