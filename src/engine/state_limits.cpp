// What state may stay in memory: a quarter of state.memory_limit for dirty entries, which then are
// written early, and a quarter for undecided ones, which then are taken back before anything is
// sent.
#include <fmt/format.h>

#include "src/engine/engine_impl.hpp"
#include "src/engine/errors.hpp"

namespace lockstep {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

Bytes roundedUp(std::uint64_t bytes) { return {(bytes + kMiB - 1) / kMiB * kMiB}; }

}  // namespace

/// A failed batch is judged as well: tasks give up when they see that the share is used up.
bool Engine::Impl::outgrowsState(const event::BatchComputed& computed) const {
  if (!computed.status.ok() && computed.status.reaction() != Reaction::kAbort) return false;
  return computed.state.undecided > options_.stateShare();
}

/// Twice the share is dirty, and the disk is slower than the input: the next batch is computed once
/// the checkpoint under way has ended.
bool Engine::Impl::waitsForCheckpoint() const {
  return checkpoints_.running() && dirty_ > 2 * options_.stateShare();
}

/// Less input is less state. What the batch below keeps for its own undo is no reason to stop:
/// alone, the same batch may do.
void Engine::Impl::shrinkForState(BatchSlot& slot, const event::BatchComputed& computed) {
  const bool too_large = computed.state.batch > options_.stateShare();
  const bool smaller = !slot.plan_committed && span_control_.halveForLong(slot.plan);
  if (too_large && !smaller) {
    const auto help = fmt::format("raise state.memory_limit to {} or more{}",
                                  formatBytes(roundedUp(4 * computed.state.batch)),
                                  slot.plan_committed ? " and start again" : "");
    slot.failure = errors::stop(
        options_, ExitCode::kData, "E222",
        fmt::format("{} changes at least {} of state, and {}; a quarter of state.memory_limit is "
                    "{}",
                    errors::describe(slot.plan), formatBytes(roundedUp(computed.state.batch)),
                    slot.plan_committed ? "its plan is committed" : "has no input left to halve",
                    formatBytes({options_.stateShare()})),
        help);
    return;
  }
  if (!too_large) alone_ = true;
  rollBack(false, smaller);
}

}  // namespace lockstep
