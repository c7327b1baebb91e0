#pragma once

#include <optional>
#include <string>
#include <vector>

#include <lockstep/model/checkpoint_positions.hpp>
#include <lockstep/ports/state_backend.hpp>

namespace lockstep {

/// The record that makes a checkpoint of `point`.
[[nodiscard]] CheckpointPositions positionsOf(const std::string& application,
                                              const std::vector<StateDeclaration>& operators,
                                              const std::vector<StateTarget::Changelog>& changelogs,
                                              const CheckpointPoint& point);

/// Says how many keys the checkpoint has in the shard with that changelog.
void setKeys(CheckpointPositions& positions, const TopicPartition& changelog, std::uint64_t keys);
/// What setKeys() said.
[[nodiscard]] std::uint64_t keysIn(const CheckpointPositions& positions,
                                   const TopicPartition& changelog);

/// Why a checkpoint cannot be continued and everything is read from the changelog; "" = it can.
[[nodiscard]] std::string reasonToRebuild(const CheckpointPositions& stored,
                                          const std::string& application,
                                          const StateTarget& target);

/// Whether the checkpoint contradicts the graph (E231) or the ledger and the committed offsets
/// (E230, unless the state is taken as found): nothing may run then. REQUIRES: it is the
/// application's own.
[[nodiscard]] Status checkAgainst(const CheckpointPositions& stored,
                                  const std::vector<StateDeclaration>& operators,
                                  const StateTarget& target);

}  // namespace lockstep
