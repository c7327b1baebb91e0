#include "src/config/schema.hpp"

#include <cstdio>

#include "src/cli/commands.hpp"

namespace lockstep::cli {

ExitCode schema() {
  std::fputs(config::writeSchema().c_str(), stdout);
  return ExitCode::kOk;
}

}  // namespace lockstep::cli
