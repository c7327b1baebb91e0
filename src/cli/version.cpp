#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lockstep/base/failpoint.hpp>

#include "src/cli/commands.hpp"
#include "src/runtime/linked_versions.hpp"

namespace lockstep::cli {

ExitCode version(bool json) {
  const auto linked = linkedVersions();
  if (!json) {
    fmt::print("lockstep {}\n", LOCKSTEP_VERSION);
    for (const auto& [library, number] : linked) fmt::print("{:<10} {}\n", library, number);
    return ExitCode::kOk;
  }
  nlohmann::json document = {{"lockstep", LOCKSTEP_VERSION}, {"linked", nlohmann::json::object()}};
  for (const auto& [library, number] : linked) document["linked"][library] = number;
  document["failpoints"] = Failpoint::all();
  fmt::print("{}\n", document.dump(2));
  return ExitCode::kOk;
}

}  // namespace lockstep::cli
