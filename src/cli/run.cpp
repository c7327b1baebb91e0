#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include <lockstep/base/log.hpp>

#include "src/cli/commands.hpp"
#include "src/cli/loaded.hpp"
#include "src/cli/status_line.hpp"
#include "src/runtime/configured_application.hpp"
#include "src/runtime/port_factories.hpp"
#include "src/runtime/signal_watch.hpp"

namespace lockstep::cli {
namespace {

/// Secrets are in memory: no core files, no attaching by others.
void hideMemory() { prctl(PR_SET_DUMPABLE, 0); }

ExitCode fail(const Status& status) {
  fmt::print(stderr, "{}\n", status.toString());
  return status.exitCode();
}

}  // namespace

ExitCode run(const RunCommand& command) {
  auto loaded = load(command.file, command.overrides);
  if (const auto bad = report(loaded); bad != ExitCode::kOk) return bad;
  hideMemory();
  SignalWatch signals(loaded.application.shutdownTimeout());
  auto& clock = systemClock();
  auto ports = makeKafkaPorts(connectionOf(loaded.application), clock);
  if (!ports.ok()) return fail(ports.status());

  auto spec =
      specOf(loaded.application, loaded.pipeline.graph,
             {command.until_end, command.takeover, command.accept_changed_plan, command.flush});
  const auto status_line = std::make_shared<StatusLine>(loaded.application.application.text);
  spec.listeners.push_back(status_line);
  Application application(std::move(spec), std::move(ports).value(), clock);
  signals.start([&] { application.requestStop(); });
  const auto status = application.run();
  status_line->finish();
  if (!status.ok()) return fail(status);
  return ExitCode::kOk;
}

}  // namespace lockstep::cli
