// What belongs to this instance: granted once, kept to the end.
#include "src/engine/engine_impl.hpp"
#include "src/engine/errors.hpp"

namespace lockstep {
namespace {

Status refused(const EngineOptions& options, const std::string& what) {
  return errors::stop(options, ExitCode::kRestart, "E223", what,
                      "restart it: it begins with what belongs to it then");
}

}  // namespace

void Engine::Impl::handle(const event::OwnershipGranted& granted) {
  if (owned_) {
    fail(refused(options_, "partitions were granted to a running instance"));
  } else if (!options_.state.empty() && !granted.owned.ownsAllShards()) {
    fail(refused(options_, "only some of the shards were granted: this version runs one instance"));
  } else {
    owned_ = granted.owned;
  }
}

void Engine::Impl::handle(const event::OwnershipRevoked& /*revoked*/) {
  fail(refused(options_, "partitions were taken from a running instance"));
}

}  // namespace lockstep
