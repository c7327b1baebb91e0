#include <lockstep/base/check.hpp>

#include <cstdio>
#include <cstdlib>

namespace lockstep {

void checkFailed(std::string_view condition, std::string_view message, std::source_location where) {
  std::fprintf(stderr, "%s:%u: broken invariant: %.*s: %.*s\n", where.file_name(), where.line(),
               static_cast<int>(condition.size()), condition.data(),
               static_cast<int>(message.size()), message.data());
  std::abort();
}

}  // namespace lockstep
