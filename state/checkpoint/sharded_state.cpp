#include "state/checkpoint/sharded_state.hpp"

#include <array>

#include <fmt/format.h>

#include <lockstep/base/check.hpp>
#include <lockstep/base/failpoint.hpp>
#include <lockstep/model/internal_topics.hpp>

#include "state/checkpoint/positions.hpp"
#include "state/checkpoint/restore.hpp"
#include "state/checkpoint/stored_shard.hpp"

namespace lockstep {
namespace {

Failpoint kCheckpointBegin{"checkpoint.begin"};
Failpoint kValuesWritten{"checkpoint.values_written"};
Failpoint kSynced{"checkpoint.synced"};
Failpoint kBeforePositions{"checkpoint.before_positions"};
Failpoint kDone{"checkpoint.done"};

constexpr std::size_t kCheckpointChunk = 256;
constexpr std::size_t kLeastPart = 256;  ///< keys of a shard in a checkpoint's first part

Status pass(Failpoint& point) {
  if (!point.fails()) return {};
  return Status::fatal(ExitCode::kDisk, "E701", fmt::format("failpoint {}", point.name()));
}

}  // namespace

ShardedState::ShardedState(std::string application, std::vector<StateDeclaration> declarations,
                           Parts parts)
    : application_(std::move(application)),
      declarations_(std::move(declarations)),
      parts_(std::move(parts)) {
  for (const auto& declaration : declarations_) {
    OperatorState& state = operators_.emplace_back();
    state.declaration = declaration;
    shards_ += declaration.shards;
    for (std::uint32_t i = 0; i < declaration.shards; ++i) {
      std::unique_ptr<StoredKeys> stored;
      if (parts_.store != nullptr && parts_.residence.table_bytes_max != 0)
        stored = std::make_unique<StoredShard>(*parts_.store, declaration.id, ShardId{i});
      state.shards.emplace_back(parts_.tables->createTable(), std::move(stored));
    }
  }
  share(false);
}

ShardState& ShardedState::find(std::string_view operator_id, ShardId shard) {
  for (auto& state : operators_) {
    if (state.declaration.id != operator_id) continue;
    LOCKSTEP_CHECK(shard.value() < state.shards.size(), "the operator has that shard");
    return state.shards[shard.value()];
  }
  checkFailed("operator_id", "the operator was declared");
}

StateShard& ShardedState::shard(std::string_view operator_id, ShardId shard) {
  return find(operator_id, shard).table();
}

Result<RestoreReport> ShardedState::restore(const StateTarget& target, InputFactory& inputs,
                                            std::chrono::nanoseconds patience) {
  changelogs_ = target.changelogs;
  const Restore::Context context{application_,       operators_, declarations_, *parts_.changelog,
                                 parts_.store.get(), inputs,     patience,      parts_.residence};
  return Restore(context, target).run();
}

void ShardedState::seal(BatchId batch, std::string_view operator_id, ShardId shard,
                        RecordBatch& out) {
  StateTable& table = find(operator_id, shard).table();
  std::array<KeyedValue, kCheckpointChunk> chunk;
  std::uint64_t cursor = 0;
  while (const std::size_t count = table.changes(batch, cursor, chunk)) {
    parts_.changelog->encode(std::span(chunk).first(count), out);
  }
}

void ShardedState::confirm(BatchId batch, std::string_view operator_id, ShardId shard) {
  ShardState& state = find(operator_id, shard);
  state.confirm(batch);
  evict(state.table());
}

void ShardedState::evict(StateTable& table) const {
  const std::uint64_t max = parts_.residence.table_bytes_max;
  if (max == 0 || parts_.store == nullptr) return;
  std::uint64_t all = 0;
  for (const auto& state : operators_) {
    for (const auto& shard : state.shards) all += shard.table().entryBytes();
  }
  if (all <= max) return;
  const double share = static_cast<double>(max) / static_cast<double>(all);
  table.evict(static_cast<std::uint64_t>(share * static_cast<double>(table.entryBytes())));
}

void ShardedState::rollback(BatchId batch, std::string_view operator_id, ShardId shard) {
  find(operator_id, shard).table().rollback(batch);
}

bool ShardedState::prepareCheckpoint(std::string_view operator_id, ShardId shard) {
  return find(operator_id, shard).prepareCheckpoint();
}

Status ShardedState::writeCheckpoint(const CheckpointPoint& point, bool more) {
  const Status status = writeValues(point, more);
  for (auto& state : operators_) {
    for (auto& shard : state.shards) shard.endWrite(status.ok(), more);
  }
  share(status.ok() && more);
  return status;
}

void ShardedState::share(bool more) {
  const std::size_t wanted = parts_.residence.checkpoint_part;
  const std::size_t first = std::max(wanted / shards_, std::min(wanted, kLeastPart));
  const std::size_t workers =
      parts_.residence.runner == nullptr ? 1 : parts_.residence.runner->workers();
  const std::size_t most = std::max<std::size_t>(wanted / workers, 1);
  std::size_t open = wanted;
  for (auto& state : operators_) {
    for (auto& shard : state.shards) {
      const std::size_t keys = more ? std::min({shard.left(), open, most}) : first;
      shard.allot(keys);
      if (more) open -= keys;
    }
  }
}

Status ShardedState::writeValues(const CheckpointPoint& point, bool more) {
  std::vector<const Handover*> handovers;
  for (auto& state : operators_) {
    for (auto& shard : state.shards) {
      const Handover* handover = handovers.emplace_back(shard.beginWrite());
      LOCKSTEP_CHECK(handover != nullptr, "every shard is prepared before a checkpoint is written");
      LOCKSTEP_CHECK(!handover->undecided || *handover->undecided > point.batch,
                     "a checkpoint's batch is confirmed in every shard before it is prepared");
    }
  }
  if (parts_.store == nullptr) return {};
  CheckpointStore& store = *parts_.store;
  LOCKSTEP_TRY(pass(kCheckpointBegin));
  auto handover = handovers.begin();
  for (auto& state : operators_) {
    for (std::uint32_t i = 0; i < state.shards.size(); ++i, ++handover) {
      if ((*handover)->values.empty()) continue;
      LOCKSTEP_TRY(store.write(state.declaration.id, ShardId{i}, (*handover)->values));
    }
  }
  if (more) return {};
  LOCKSTEP_TRY(pass(kValuesWritten));
  LOCKSTEP_TRY(store.sync());
  LOCKSTEP_TRY(pass(kSynced));
  const auto record = positions(point, handovers);
  LOCKSTEP_TRY(pass(kBeforePositions));
  LOCKSTEP_TRY(store.commit(record));
  kDone.hit();
  return {};
}

std::string ShardedState::positions(const CheckpointPoint& point,
                                    const std::vector<const Handover*>& handovers) const {
  auto stored = positionsOf(application_, declarations_, changelogs_, point);
  auto handover = handovers.begin();
  for (const auto& state : operators_) {
    const auto topic = changelogTopic(application_, state.declaration.id);
    for (std::uint32_t i = 0; i < state.shards.size(); ++i, ++handover)
      setKeys(stored, {topic, Partition{static_cast<std::int32_t>(i)}}, (*handover)->keys);
  }
  return encode(stored);
}

std::uint64_t ShardedState::keys() const {
  std::uint64_t keys = 0;
  for (const auto& state : operators_) {
    for (const auto& shard : state.shards) keys += shard.table().keys();
  }
  return keys;
}

std::uint64_t ShardedState::bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& state : operators_) {
    for (const auto& shard : state.shards) bytes += shard.table().bytes();
  }
  return bytes;
}

StateMemory ShardedState::memory(BatchId batch) const {
  StateMemory memory;
  for (const auto& state : operators_) {
    for (const auto& shard : state.shards) {
      const StateTable& table = shard.table();
      memory.dirty += table.dirtyBytes();
      const std::uint64_t own = table.undecidedBytes(batch);
      memory.batch += own;
      memory.undecided += own + table.undecidedBytes(next(batch));
    }
  }
  return memory;
}

}  // namespace lockstep
