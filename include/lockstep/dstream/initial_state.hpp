#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/dstream/shard_stage.hpp>
#include <lockstep/dstream/shuffle_write.hpp>

namespace lockstep::detail {

/// The keys that an operator's state begins with, encoded. Each shard takes its own in its first
/// batch, and keeps a mark under a key of its own: with it, initial keys come once in the life of
/// the state, across restarts, and not again when they were removed (docs/formats.md, "Initial
/// state").
class InitialState {
 public:
  /// No text or number has these bytes. Walks over the state leave it out; a record that brings it
  /// as its key is refused.
  static constexpr std::string_view kMark = "\xff\xfelockstep: initial state taken";
  [[nodiscard]] static bool isMark(std::string_view key) { return key == kMark; }
  /// What becomes of a record with this key.
  [[nodiscard]] static RecordError refusal() {
    return {RecordErrorKind::kEval, "the state keeps this key for itself"};
  }

  void add(std::string key, std::string state) {
    keys_.emplace_back(std::move(key), std::move(state));
  }
  /// The pairs (key, state), encoded.
  template <class Pairs, class KeySerde, class StateSerde>
  [[nodiscard]] static InitialState encoded(const Pairs& pairs, const KeySerde& keys,
                                            const StateSerde& states) {
    InitialState initial;
    for (const auto& [key, state] : pairs) {
      std::string key_bytes;
      std::string state_bytes;
      keys.append(key_bytes, key);
      states.append(state_bytes, state);
      initial.add(std::move(key_bytes), std::move(state_bytes));
    }
    return initial;
  }
  [[nodiscard]] bool empty() const { return keys_.empty(); }

  /// Takes the shard's keys as if `touched` at that time, unless that has happened. `checked` is
  /// the task's, kept from batch to batch: the batch that looked last. REQUIRES: before the batch's
  /// values.
  template <class KeySerde>
  Status take(Task& task, StateShard& shard, const Shuffle& shuffle, const KeySerde& serde,
              BatchTime touched, std::optional<BatchId>& checked) const {
    const BatchPlan& plan = task.plan();
    // A batch below the present one is decided, or its run has found the mark.
    if (keys_.empty() || (checked && *checked < plan.id)) return {};
    checked = plan.id;
    StateEntry* mark = nullptr;
    const StateKey key{kMark, murmur2(kMark)};
    LOCKSTEP_TRY(shard.touch(plan.id, touched, {&key, 1}, &mark));
    if (mark->present()) return {};
    setState(shard, *mark, "1");
    for (const auto& [bytes, state] : keys_) {
      const std::uint32_t hash = murmur2(bytes);
      if (shuffle.shardOf(shardHash(serde, bytes, hash)) != task.index()) continue;
      const StateKey own{bytes, hash};
      StateEntry* entry = nullptr;
      LOCKSTEP_TRY(shard.touch(plan.id, touched, {&own, 1}, &entry));
      setState(shard, *entry, state);
    }
    return {};
  }

 private:
  std::vector<std::pair<std::string, std::string>> keys_;
};

}  // namespace lockstep::detail
