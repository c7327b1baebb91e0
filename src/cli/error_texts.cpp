#include "src/cli/error_texts.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "connectors/fetch/fetch_errors.hpp"
#include "connectors/kafka/client_error_texts.hpp"
#include "src/config/codes.hpp"
#include "src/dstream/error_codes.hpp"
#include "src/engine/error_codes.hpp"
#include "src/runtime/error_codes.hpp"
#include "state/checkpoint/error_codes.hpp"

namespace lockstep::cli {

std::vector<ErrorText> otherErrorTexts() {
  std::vector<ErrorText> all;
  for (const auto table : {engineErrors(), stateErrors(), kafka::clientErrorTexts(),
                           fetch::fetchErrorTexts(), recordErrors(), sourceErrors()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

std::string errorText(std::string_view code) {
  std::string upper(code);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  auto all = otherErrorTexts();
  if (const auto* found = config::findCode(upper)) all.insert(all.begin(), *found);
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const ErrorText& error) { return error.code == upper; });
  if (found == all.end()) return {};
  return fmt::format("{}: {}\n\n{}\n", found->code, found->title, found->text);
}

}  // namespace lockstep::cli
