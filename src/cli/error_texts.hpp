#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lockstep/base/error_text.hpp>

namespace lockstep::cli {

/// The errors of all modules but src/config, which has a table of its own (src/config/codes.hpp).
/// Here they meet: a code must be in one table only.
[[nodiscard]] std::vector<ErrorText> otherErrorTexts();

/// The long text of an error or warning code, wherever it is defined; empty for an unknown code.
/// Case does not matter.
[[nodiscard]] std::string errorText(std::string_view code);

}  // namespace lockstep::cli
