#pragma once

#include <string>
#include <string_view>

namespace lockstep::cli {

/// The long text of an error or warning code, wherever it is defined; empty for an unknown code.
[[nodiscard]] std::string errorText(std::string_view code);

}  // namespace lockstep::cli
