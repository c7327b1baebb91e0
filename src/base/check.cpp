#include <lockstep/base/check.hpp>

#include <cstdio>
#include <cstdlib>

#include <lockstep/base/check_context.hpp>

namespace lockstep {

void checkFailed(std::string_view condition, std::string_view message, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken invariant: %.*s: %.*s\n", file, line,
               static_cast<int>(condition.size()), condition.data(),
               static_cast<int>(message.size()), message.data());
  for (const auto* context = CheckContext::innermost(); context != nullptr;
       context = context->outer())
    std::fprintf(stderr, "  in: %s\n", context->text().c_str());
  std::abort();
}

}  // namespace lockstep
