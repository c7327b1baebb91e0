#pragma once

#include <string_view>

namespace lockstep {

/// Reads what lua_dump() wrote of a Lua 5.4 function and looks for an instruction, in it or in a
/// function inside it, that assigns to one of the outer function's upvalues. Returns the upvalue's
/// number from 1, 0 if there is none, -1 if the bytes are not understood.
[[nodiscard]] int findAssignedUpvalue(std::string_view dump);

}  // namespace lockstep
