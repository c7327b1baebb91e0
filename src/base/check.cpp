#include <lockstep/base/check.hpp>

#include <cstdio>
#include <cstdlib>

namespace lockstep {

void checkFailed(std::string_view condition, std::string_view message, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken invariant: %.*s: %.*s\n", file, line,
               static_cast<int>(condition.size()), condition.data(),
               static_cast<int>(message.size()), message.data());
  std::abort();
}

}  // namespace lockstep
