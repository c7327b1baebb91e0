#pragma once

#include <string_view>

namespace lockstep {

/// Prints place and message to stderr and aborts the process. Nothing is committed after a broken
/// invariant. (clang 14 has no std::source_location; both compilers have the builtins.)
[[noreturn]] void checkFailed(std::string_view condition, std::string_view message,
                              const char* file = __builtin_FILE(), int line = __builtin_LINE());

}  // namespace lockstep

/// Asserts an invariant, in release builds too. The message is evaluated only on failure.
#define LOCKSTEP_CHECK(condition, message)          \
  do {                                              \
    if (!(condition)) [[unlikely]]                  \
      ::lockstep::checkFailed(#condition, message); \
  } while (false)
