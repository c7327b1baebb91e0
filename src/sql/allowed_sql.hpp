#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/// Whether a query may call the function: its result depends on its arguments only.
[[nodiscard]] bool isAllowedFunction(std::string_view name);

/// Whether the query itself, not a part in brackets, ends in ORDER BY.
[[nodiscard]] bool ordersItsRows(std::string_view text);

}  // namespace lockstep
