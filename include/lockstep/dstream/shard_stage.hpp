#pragma once

#include <string>
#include <string_view>

#include <lockstep/model/internal_topics.hpp>
#include <lockstep/ports/state_shard.hpp>
#include <lockstep/rdd/rdd.hpp>
#include <lockstep/rdd/shuffle.hpp>
#include <lockstep/rdd/task.hpp>

namespace lockstep::detail {

/// Copies `value` into the entry. REQUIRES: touched in this batch.
inline void setState(StateShard& shard, StateEntry& entry, std::string_view value) {
  if (value.size() <= StateEntry::kInlineMax && entry.takesInline())
    entry.setInline(value.data(), value.size());
  else
    shard.assign(entry, value);
}

[[nodiscard]] inline bool sameState(const StateEntry& a, const StateEntry& b) {
  if (!a.present() || !b.present()) return a.present() == b.present();
  return a.value() == b.value();
}

/// What every stage with state is: one task for each shard of its shuffle, on the shard's worker.
class ShardStage : public Stage {
 public:
  [[nodiscard]] Shuffle& shuffle() { return shuffle_; }
  /// Which of the graph's stateful operators it is.
  void setNumber(std::uint32_t number) { number_ = number; }

  std::uint32_t tasks(const BatchPlan&) const override { return shuffle_.shards(); }
  bool pinned() const override { return true; }

 protected:
  /// The task's shard of the state `id`.
  static StateShard& shardOf(Task& task, const std::string& id) {
    return task.services().state->shard(id, ShardId{task.index()});
  }
  /// The shard's changelog records of this batch, encoded on its worker.
  void seal(Task& task, const std::string& id) const {
    PooledBatch changelog = task.services().pool->acquire();
    task.services().state->seal(task.plan().id, id, ShardId{task.index()}, *changelog);
    task.addOutput({OutputRole::kChangelog,
                    {changelogTopic(task.services().application, id),
                     Partition{static_cast<std::int32_t>(task.index())}},
                    std::move(changelog),
                    number_,
                    {}});
  }

 private:
  Shuffle shuffle_;
  std::uint32_t number_ = 0;
};

}  // namespace lockstep::detail
