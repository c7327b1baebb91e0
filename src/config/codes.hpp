#pragma once

#include <span>
#include <string>
#include <string_view>

#include <lockstep/base/error_text.hpp>

namespace lockstep::config {

/// The codes of files and expressions (E0xx, W0xx), sorted. Whoever reports other errors keeps
/// a table of the same shape; the command line looks in all of them (src/cli/error_texts.hpp).
[[nodiscard]] std::span<const ErrorText> codeTable();
/// Null when there is no such code. Case does not matter.
[[nodiscard]] const ErrorText* findCode(std::string_view code);
/// The text of docs/errors.md: the table above and `others`, sorted by code.
[[nodiscard]] std::string writeErrorsPage(std::span<const ErrorText> others = {});

}  // namespace lockstep::config
