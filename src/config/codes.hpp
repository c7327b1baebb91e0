#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lockstep::config {

/// One error or warning code: what `lockstep explain E031` prints, and docs/errors.md lists.
struct CodeText {
  std::string_view code;     ///< "E031"
  std::string_view summary;  ///< one line
  std::string_view text;     ///< cause, consequence, remedy
};

/// The codes of files and expressions (E0xx, E1xx, W0xx), sorted. The engine keeps those of a
/// running application (E2xx) in a table of the same shape; the command line looks in both.
[[nodiscard]] std::span<const CodeText> codeTable();
/// Null when there is no such code. Case does not matter.
[[nodiscard]] const CodeText* findCode(std::string_view code);
/// The text of docs/errors.md: the table above and `others`, sorted by code.
[[nodiscard]] std::string writeErrorsPage(std::span<const CodeText> others = {});

}  // namespace lockstep::config
