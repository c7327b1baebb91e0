#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <lockstep/base/hash.hpp>
#include <lockstep/ports/checkpoint_store.hpp>

#include "src/simulation/prng.hpp"
#include "src/simulation/stored_values.hpp"

namespace lockstep::sim {

/// The disk of one host. What was synced survives; of the rest a crash keeps a random part.
class SimDisk {
 public:
  using Values = StoredValues;
  using Key = Values::key_type;
  using Value = std::optional<std::pair<std::string, BatchTime>>;

  SimDisk(std::uint64_t seed, std::uint64_t host) : random_(seed, 100 + host) {}

  void crash(bool torn) {
    for (auto& [key, value] : unsynced) {
      if (!torn || random_.chance(500)) apply(key, value);
    }
    unsynced.clear();
  }
  void lose() {
    values.clear();
    unsynced.clear();
    positions.reset();
  }
  void apply(const Key& key, const Value& value) {
    if (value) {
      values[key] = *value;
    } else {
      values.erase(key);
    }
  }
  void sync() {
    for (auto& [key, value] : unsynced) apply(key, value);
    unsynced.clear();
  }
  [[nodiscard]] bool empty() const { return values.empty() && !positions; }

  Values values;
  std::vector<std::pair<Key, Value>> unsynced;
  std::optional<std::string> positions;

 private:
  Prng random_;
};

/// Bugs of a store that are put in on purpose, to see them found.
enum class StoreBug { kNone, kWithoutSync, kPositionsFirst };

/// A process's view of its host's disk. Every call takes time, so that a crash can fall before,
/// between and after them.
class SimStore final : public CheckpointStore {
 public:
  struct Hooks {
    /// Called when the positions were replaced: the disk's content has to be true (I5).
    std::function<void(const SimDisk&)> committed;
    std::function<bool()> fails;  ///< whether the next call meets an I/O error
    StoreBug bug = StoreBug::kNone;
  };

  SimStore(SimDisk& disk, Clock& clock, Hooks hooks)
      : disk_(disk), clock_(clock), hooks_(std::move(hooks)) {}

  /// What a process that ended wrote without syncing is there, unless its machine crashed: it does
  /// not appear later, under the hands of the next one.
  Result<std::string> open() override {
    disk_.sync();
    return std::string();
  }
  Result<std::optional<std::string>> positions() override { return disk_.positions; }
  Status clear() override;
  Status forget(std::string_view operator_id) override;
  Status write(std::string_view operator_id, ShardId shard,
               std::span<const KeyedValue> values) override;
  Status sync() override;
  Status commit(std::string_view positions) override;
  Status read(std::string_view operator_id, ShardId shard, Part part, const Sink& sink) override;
  Status find(std::string_view operator_id, ShardId shard, std::span<const StateKey> keys,
              const Sink& sink) override;

 private:
  [[nodiscard]] Status work();

  SimDisk& disk_;
  Clock& clock_;
  Hooks hooks_;
  std::vector<std::pair<SimDisk::Key, SimDisk::Value>> held_;  ///< StoreBug::kPositionsFirst
};

}  // namespace lockstep::sim
