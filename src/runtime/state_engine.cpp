#include "src/runtime/state_engine.hpp"

#include "state/changelog/compacted_changelog.hpp"
#include "state/table/hash_state_table.hpp"

namespace lockstep {
std::unique_ptr<StateBackend> makeStateEngine(std::string application,
                                              std::vector<StateDeclaration> declarations,
                                              std::unique_ptr<CheckpointStore> store, Clock& clock,
                                              StateResidence residence) {
  return std::make_unique<ShardedState>(
      std::move(application), std::move(declarations),
      ShardedState::Parts{std::make_unique<HashStateTables>(),
                          std::make_unique<CompactedChangelog>(clock), std::move(store),
                          residence});
}

}  // namespace lockstep
