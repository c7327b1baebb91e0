#include "src/pipeline/expression/function_library.hpp"

#include "src/pipeline/expression/lua_sandbox.hpp"

namespace lockstep {

Result<std::shared_ptr<const FunctionLibrary>> FunctionLibrary::compile(std::string text) {
  LOCKSTEP_ASSIGN(const auto sandbox, LuaSandbox::create(text, ExpressionLimits{}));
  std::shared_ptr<FunctionLibrary> library(new FunctionLibrary());
  library->text_ = std::move(text);
  const auto& names = sandbox->globalNames();
  library->globals_ = names;
  library->names_.assign(names.begin() + static_cast<std::ptrdiff_t>(sandbox->builtinCount()),
                         names.end());
  return std::shared_ptr<const FunctionLibrary>(std::move(library));
}

std::shared_ptr<const FunctionLibrary> FunctionLibrary::empty() {
  static const auto instance = compile("").value();
  return instance;
}

}  // namespace lockstep
