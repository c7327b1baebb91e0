#pragma once

#include <cstddef>
#include <string_view>

namespace lockstep {

/// What the instructions of one Lua function, or of several together, can do.
struct LuaCodePart {
  std::size_t instructions = 0;  ///< of several functions: of the longest
  std::size_t calls = 0;
  bool loops = false;     ///< some instruction jumps back
  bool closures = false;  ///< makes functions
};

/// What a compiled Lua function is made of.
struct LuaCode {
  bool understood = false;  ///< else nothing below holds
  /// Number, from 1, of an upvalue of the function that it, or a function inside it, assigns to; 0:
  /// there is none.
  int assigned_upvalue = 0;
  LuaCodePart outer;  ///< the function itself
  LuaCodePart inner;  ///< all functions inside it
};

/// Reads what lua_dump() wrote of a Lua 5.4 function.
[[nodiscard]] LuaCode readLuaCode(std::string_view dump);

}  // namespace lockstep
