#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/dstream/state_stage.hpp>

namespace lockstep::detail {

/// A table's value on its way through a shuffle: one byte and the value's bytes, or nothing, which
/// deletes the key.
template <class ValueSerde>
struct TableValueSerde {
  ValueSerde values;
  template <class V>
  void append(std::string& out, const std::optional<V>& value) const {
    if (!value) return;
    out.push_back('=');
    values.append(out, *value);
  }
};

/// Elements of a shard with their keys, a chunk at a time, as the state takes them.
struct KeyedChunk {
  std::size_t size = 0;
  std::array<ShuffledElement, kChunkElements> elements;
  std::array<StateKey, kChunkElements> keys;

  /// Whether it is full now.
  bool add(const ShuffledElement& element) {
    elements[size] = element;
    keys[size] = {element.key, element.hash};
    return ++size == kChunkElements;
  }
  [[nodiscard]] std::span<const StateKey> view() const { return {keys.data(), size}; }
};

/// Calls take(chunk) for the elements of the task's shard, in order; the last chunk may be short.
template <class Take>
Status readShardInChunks(Task& task, const Shuffle& shuffle, KeyedChunk& chunk, const Take& take) {
  Status status;
  chunk.size = 0;
  shuffle.forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
    bucket.forEach([&](const ShuffledElement& element) {
      if (!status.ok() || !chunk.add(element)) return;
      status = take(chunk);
      chunk.size = 0;
    });
  });
  LOCKSTEP_TRY(std::move(status));
  return chunk.size == 0 ? Status() : take(chunk);
}

/// Keeps the latest value of each key as state, one task per shard. What reads the table runs in a
/// later stage, on the shard's worker: it finds the batch's records in it.
class TableStage final : public RddBase, public ShardStage {
 public:
  TableStage(const std::string& id, const RddBase& parent) : RddBase(id, "table"), id_(id) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  Status run(Task& task) override {
    StateShard& shard = shardOf(task, id_);
    auto& chunk = task.instance<Updater>(this).first.chunk;
    LOCKSTEP_TRY(readShardInChunks(
        task, shuffle(), chunk, [&](const KeyedChunk& full) { return update(task, shard, full); }));
    seal(task, id_);
    return {};
  }

 private:
  struct Updater final : Operator {
    explicit Updater(Task&) {}
    KeyedChunk chunk;
  };

  static Status update(Task& task, StateShard& shard, const KeyedChunk& chunk) {
    std::array<StateEntry*, kChunkElements> entries;
    LOCKSTEP_TRY(shard.touch(task.plan().id, task.plan().time, chunk.view(), entries.data()));
    for (std::size_t i = 0; i < chunk.size; ++i) {
      const std::string_view value = chunk.elements[i].value;
      if (!value.empty())
        setState(shard, *entries[i], value.substr(1));
      else if (entries[i]->present())
        shard.remove(*entries[i]);
    }
    return task.checkCancelled();
  }

  const std::string id_;
};

}  // namespace lockstep::detail
