#pragma once

#include <string_view>

namespace lockstep {

/// Throws EvalError when `text` is not one whole JSON document in UTF-8. Lazy values (json.hpp)
/// find mistakes only where somebody looks; what is merely passed on has to be whole, too. Thread:
/// any.
void checkJson(std::string_view text);

}  // namespace lockstep
