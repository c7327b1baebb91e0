#include "src/cli/error_texts.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "src/config/codes.hpp"
#include "src/engine/error_codes.hpp"

namespace lockstep::cli {

std::string errorText(std::string_view code) {
  if (const auto* found = config::findCode(code)) {
    return fmt::format("{}: {}\n\n{}\n", found->code, found->summary, found->text);
  }
  std::string upper(code);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const auto& error : engineErrors()) {
    if (error.code == upper) {
      return fmt::format("{}: {}\n\n{}\n", error.code, error.title, error.text);
    }
  }
  return {};
}

}  // namespace lockstep::cli
