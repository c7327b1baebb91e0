#include <lockstep/formats/text.hpp>

#include <charconv>
#include <cmath>

namespace lockstep {

void appendText(std::string& out, double value) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  out += text;
  if (std::isfinite(value) && text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

}  // namespace lockstep
