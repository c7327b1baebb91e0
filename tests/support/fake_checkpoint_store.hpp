#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <lockstep/base/hash.hpp>
#include <lockstep/ports/checkpoint_store.hpp>

#include "src/simulation/stored_values.hpp"

namespace lockstep::test {

/// A disk that outlives the process writing to it. It fails, or is cut off, at a chosen call; a
/// crash keeps any part of what was not synced.
class FakeDisk {
 public:
  enum class Fault {
    kNone,
    kFails,      ///< that call does nothing and says E701; later ones work
    kCutBefore,  ///< that call does nothing; it and all later ones say E701 until crash()
    kCut,        ///< the same, but that call does a part of its work
  };
  /// The `call`-th write, sync, commit, clear or forget from now on, from 1, meets `fault`.
  void inject(Fault fault, int call) {
    fault_ = fault;
    calls_left_ = call;
    down_ = false;
  }
  /// Calls that a fault could have met since the last inject().
  [[nodiscard]] int calls() const { return calls_; }
  [[nodiscard]] bool down() const { return down_; }

  /// The process is dead: each unsynced value is on the disk or not, as the seed says.
  void crash(unsigned seed) {
    std::mt19937 random(seed);
    for (auto& [key, value] : unsynced_) {
      if (random() % 2 == 0) apply(key, value);
    }
    unsynced_.clear();
    inject(Fault::kNone, 0);
  }
  /// What an operator may do to a folder.
  void setPositions(std::optional<std::string> positions) { positions_ = std::move(positions); }
  [[nodiscard]] const std::optional<std::string>& storedPositions() const { return positions_; }
  [[nodiscard]] std::size_t values() const { return values_.size(); }
  /// The next read() or find() says that the values are damaged.
  void damageValues() { damaged_ = true; }
  /// What each write() had, in order.
  struct Written {
    ShardId shard;
    std::uint32_t lowest = 0;  ///< hash
    std::uint32_t highest = 0;
  };
  [[nodiscard]] const std::vector<Written>& written() const { return written_; }
  /// Calls of find() so far.
  [[nodiscard]] int finds() const { return finds_; }

 private:
  friend class FakeCheckpointStore;
  using Key = sim::StoredValues::key_type;
  using Value = std::optional<std::pair<std::string, BatchTime>>;

  void apply(const Key& key, const Value& value) {
    if (value) {
      values_[key] = *value;
    } else {
      values_.erase(key);
    }
  }
  static Status broken() {
    return Status::fatal(ExitCode::kDisk, "E701", "the fake disk fails", "");
  }
  /// Counts the call; kCut leaves it to the caller to do a part.
  Fault meet() {
    ++calls_;
    if (down_) return Fault::kFails;
    if (fault_ == Fault::kNone || --calls_left_ != 0) return Fault::kNone;
    const Fault met = fault_;
    fault_ = Fault::kNone;
    down_ = met != Fault::kFails;
    return met == Fault::kCut ? met : Fault::kFails;
  }

  sim::StoredValues values_;
  std::vector<std::pair<Key, Value>> unsynced_;
  std::vector<Written> written_;
  std::optional<std::string> positions_;
  Fault fault_ = Fault::kNone;
  int calls_left_ = 0;
  int calls_ = 0;
  int finds_ = 0;
  bool down_ = false;
  bool damaged_ = false;
};

/// A process's view of a FakeDisk. The disk outlives it.
class FakeCheckpointStore final : public CheckpointStore {
 public:
  explicit FakeCheckpointStore(FakeDisk& disk) : disk_(disk) {}

  Result<std::string> open() override { return std::string(); }
  Result<std::optional<std::string>> positions() override { return disk_.positions_; }

  Status clear() override {
    const auto met = disk_.meet();
    if (met == FakeDisk::Fault::kFails) return FakeDisk::broken();
    disk_.positions_.reset();
    if (met == FakeDisk::Fault::kCut) return FakeDisk::broken();
    disk_.values_.clear();
    disk_.unsynced_.clear();
    return {};
  }

  Status forget(std::string_view operator_id) override {
    if (disk_.meet() != FakeDisk::Fault::kNone) return FakeDisk::broken();
    std::erase_if(disk_.values_,
                  [&](const auto& item) { return std::get<0>(item.first) == operator_id; });
    std::erase_if(disk_.unsynced_,
                  [&](const auto& item) { return std::get<0>(item.first) == operator_id; });
    return {};
  }

  Status write(std::string_view operator_id, ShardId shard,
               std::span<const KeyedValue> values) override {
    FakeDisk::Written part{shard, UINT32_MAX, 0};
    for (const KeyedValue& value : values) {
      part.lowest = std::min(part.lowest, value.key.hash);
      part.highest = std::max(part.highest, value.key.hash);
    }
    disk_.written_.push_back(part);
    const auto met = disk_.meet();
    if (met == FakeDisk::Fault::kFails) return FakeDisk::broken();
    const auto taken =
        met == FakeDisk::Fault::kCut ? values.first((values.size() + 1) / 2) : values;
    for (const KeyedValue& value : taken) {
      FakeDisk::Value stored;
      if (value.value) stored.emplace(std::string(*value.value), value.touched);
      disk_.unsynced_.emplace_back(
          FakeDisk::Key(operator_id, shard.value(), std::string(value.key.bytes)),
          std::move(stored));
    }
    return met == FakeDisk::Fault::kNone ? Status() : FakeDisk::broken();
  }

  Status sync() override {
    const auto met = disk_.meet();
    if (met != FakeDisk::Fault::kNone) return FakeDisk::broken();
    for (auto& [key, value] : disk_.unsynced_) disk_.apply(key, value);
    disk_.unsynced_.clear();
    return {};
  }

  Status commit(std::string_view positions) override {
    LOCKSTEP_CHECK(disk_.unsynced_.empty() || disk_.down_,
                   "positions are written after all values are synced");
    const auto met = disk_.meet();
    if (met == FakeDisk::Fault::kFails) return FakeDisk::broken();
    disk_.positions_ = std::string(positions);  // atomic: cut short, it is there all the same
    return met == FakeDisk::Fault::kNone ? Status() : FakeDisk::broken();
  }

  Status read(std::string_view operator_id, ShardId shard, Part part, const Sink& sink) override {
    if (std::exchange(disk_.damaged_, false)) return Status::abort("the fake disk is damaged");
    sim::handOutPart(disk_.values_, {operator_id, shard}, part, sink);
    return {};
  }
  Status find(std::string_view operator_id, ShardId shard, std::span<const StateKey> keys,
              const Sink& sink) override {
    if (std::exchange(disk_.damaged_, false)) return Status::abort("the fake disk is damaged");
    ++disk_.finds_;
    sim::handOutFound(disk_.values_, {operator_id, shard}, keys, sink);
    return {};
  }

 private:
  FakeDisk& disk_;
};

/// What a process that starts finds on `disk`, which must outlive it.
[[nodiscard]] inline std::unique_ptr<CheckpointStore> on(FakeDisk& disk) {
  return std::make_unique<FakeCheckpointStore>(disk);
}

}  // namespace lockstep::test
