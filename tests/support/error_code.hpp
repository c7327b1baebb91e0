#pragma once

#include <optional>
#include <string>

#include <lockstep/base/error.hpp>

namespace lockstep::test {

/// The Error that the call throws; none when it returns.
template <class F>
[[nodiscard]] std::optional<Error> errorOf(F&& call) {
  try {
    static_cast<void>(call());
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

/// Its code; "no error" when the call returns.
template <class F>
[[nodiscard]] std::string codeOf(F&& call) {
  const auto error = errorOf(call);
  return error ? error->code() : "no error";
}

}  // namespace lockstep::test
