#include "src/simulation/sim_disk.hpp"

namespace lockstep::sim {

Status SimStore::work() {
  clock_.sleep(std::chrono::microseconds(300));
  if (!hooks_.fails()) return {};
  return Status::fatal(ExitCode::kDisk, "E701", "the simulated disk fails", "");
}

Status SimStore::clear() {
  LOCKSTEP_TRY(work());
  disk_.positions.reset();
  LOCKSTEP_TRY(work());
  disk_.lose();
  return {};
}

Status SimStore::forget(std::string_view operator_id) {
  LOCKSTEP_TRY(work());
  const auto of = [&](const auto& item) { return std::get<0>(item.first) == operator_id; };
  std::erase_if(disk_.values, of);
  std::erase_if(disk_.unsynced, of);
  return {};
}

Status SimStore::write(std::string_view operator_id, ShardId shard,
                       std::span<const KeyedValue> values) {
  for (const KeyedValue& value : values) {
    SimDisk::Value stored;
    if (value.value) stored.emplace(std::string(*value.value), value.touched);
    auto& list = hooks_.bug == StoreBug::kPositionsFirst ? held_ : disk_.unsynced;
    list.emplace_back(SimDisk::Key(operator_id, shard.value(), std::string(value.key.bytes)),
                      std::move(stored));
  }
  return work();
}

Status SimStore::sync() {
  LOCKSTEP_TRY(work());
  if (hooks_.bug != StoreBug::kWithoutSync) disk_.sync();
  return {};
}

Status SimStore::commit(std::string_view positions) {
  LOCKSTEP_TRY(work());
  disk_.positions = std::string(positions);
  if (hooks_.bug == StoreBug::kPositionsFirst) {
    LOCKSTEP_TRY(work());
    for (auto& item : held_) disk_.unsynced.push_back(std::move(item));
    held_.clear();
    LOCKSTEP_TRY(work());
    disk_.sync();
    return {};
  }
  hooks_.committed(disk_);
  return work();
}

Status SimStore::read(std::string_view operator_id, ShardId shard, Part part, const Sink& sink) {
  LOCKSTEP_TRY(work());
  handOutPart(disk_.values, {operator_id, shard}, part, sink);
  return {};
}

Status SimStore::find(std::string_view operator_id, ShardId shard, std::span<const StateKey> keys,
                      const Sink& sink) {
  LOCKSTEP_TRY(work());
  handOutFound(disk_.values, {operator_id, shard}, keys, sink);
  return {};
}

}  // namespace lockstep::sim
