#include <lockstep/base/check_context.hpp>

#include <utility>

namespace lockstep {
namespace {

thread_local const CheckContext* innermost_context = nullptr;

}  // namespace

CheckContext::CheckContext(std::string text) : text_(std::move(text)), outer_(innermost_context) {
  innermost_context = this;
}

CheckContext::~CheckContext() { innermost_context = outer_; }

const CheckContext* CheckContext::innermost() { return innermost_context; }

}  // namespace lockstep
