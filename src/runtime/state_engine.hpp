#pragma once

#include <memory>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/checkpoint_store.hpp>
#include <lockstep/ports/state_backend.hpp>

#include "state/checkpoint/sharded_state.hpp"

namespace lockstep {

/// Puts the state together: tables in memory, compacted changelogs, and `store` for checkpoints.
/// Null: nothing is kept on a disk, and everything in memory, whatever `residence` says. `clock`
/// and the runner live at least as long. Thread: any.
[[nodiscard]] std::unique_ptr<StateBackend> makeStateEngine(
    std::string application, std::vector<StateDeclaration> declarations,
    std::unique_ptr<CheckpointStore> store, Clock& clock, StateResidence residence = {});

}  // namespace lockstep
