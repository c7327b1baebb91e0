#pragma once

#include <source_location>
#include <string_view>

namespace lockstep {

/// Prints place and message to stderr and aborts the process. Nothing is committed after a broken
/// invariant.
[[noreturn]] void checkFailed(std::string_view condition, std::string_view message,
                              std::source_location where = std::source_location::current());

}  // namespace lockstep

/// Asserts an invariant, in release builds too. The message is evaluated only on failure.
#define LOCKSTEP_CHECK(condition, message)          \
  do {                                              \
    if (!(condition)) [[unlikely]]                  \
      ::lockstep::checkFailed(#condition, message); \
  } while (false)
