#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/dstream/table_stage.hpp>
#include <lockstep/formats/big_endian.hpp>

namespace lockstep::detail {

/// Look-ups by something else than the stream's key go out and come back: each element is sent to
/// the shard that has its table key (LookUpWriter), gets what the table has there (LookUpStage),
/// and is sent on to the shard of its own key (Returner), where all are put back into the order in
/// which they came (ReturnStage). So a key's elements keep their order, whatever they look up.
///
/// An element's bytes on the way out: its number in its map task, its key, its value. On the way
/// back: the map task, the number, its value, and the table's, if there is one.

[[noreturn]] void throwMissing(const std::string& table);

inline void appendNumber(std::string& out, std::uint64_t number) {
  char bytes[8];
  storeBigEndian(bytes, number);
  out.append(bytes, sizeof bytes);
}
inline std::uint64_t takeNumber(std::string_view& bytes) {
  const std::uint64_t number = loadBigEndian64(bytes.data());
  bytes.remove_prefix(8);
  return number;
}
/// A length and so many bytes.
inline void appendSized(std::string& out, std::string_view part) {
  appendNumber(out, part.size());
  out.append(part);
}
inline std::string_view takeSized(std::string_view& bytes) {
  const auto size = static_cast<std::size_t>(takeNumber(bytes));
  const std::string_view part = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return part;
}

/// The near side of the way out. `key_of(pair)` or `key_of(pair, context)` gives the table's key.
template <class K, class V, class Serdes, class KeyOf, class TableKeySerde>
class LookUpWriter final : public Operator, public Rollbackable, public ChunkSink<std::pair<K, V>> {
 public:
  LookUpWriter(Task& task, Shuffle& shuffle, const Serdes& serdes, const KeyOf& key_of,
               const TableKeySerde& table_keys, const std::string& step)
      : task_(task),
        shuffle_(shuffle),
        buckets_(shuffle.writer(Lineage::number(task.stage()), task.index())),
        serdes_(serdes),
        key_of_(key_of),
        table_keys_(table_keys),
        step_(step) {}

  void accept(std::span<const std::pair<K, V>> chunk) override {
    withStep(step_, [&] {
      for (const auto& element : chunk) {
        const auto& table_key = callWithContext(key_of_, element, task_.context());
        const std::string_view bytes = encodeInto(table_keys_, table_key, table_key_);
        value_.clear();
        appendNumber(value_, number_++);
        appendSized(value_, encodeInto(serdes_.key, element.first, scratch_));
        value_.append(encodeInto(serdes_.left, element.second, scratch_));
        const ShuffledElement sent{murmur2(bytes), bytes, value_};
        buckets_[shuffle_.shardOf(shardHash(table_keys_, bytes, sent.hash))].append(sent);
        bytes_ += ShuffleBucket::bytesOf(sent);
      }
    });
  }
  void mark() override {
    for (ShuffleBucket& bucket : buckets_) bucket.mark();
    task_.countShuffled(bytes_ - counted_bytes_);
    counted_bytes_ = bytes_;
  }
  void rollback() override {
    for (ShuffleBucket& bucket : buckets_) bucket.rollback();
    bytes_ = counted_bytes_;
  }
  void begin(Task&) override { number_ = bytes_ = counted_bytes_ = 0; }

 private:
  Task& task_;
  Shuffle& shuffle_;
  Shuffle::Buckets& buckets_;
  const Serdes& serdes_;
  const KeyOf& key_of_;
  const TableKeySerde& table_keys_;
  const std::string& step_;
  std::string table_key_, value_, scratch_;
  std::uint64_t number_ = 0;  ///< those of elements that failed are left out
  std::uint64_t bytes_ = 0;
  std::uint64_t counted_bytes_ = 0;
};

/// The near side of the way back, in one task of a LookUpStage.
struct Returner final : Operator {
  Returner(Task& task, Shuffle& shuffle)
      : buckets(shuffle.writer(Lineage::number(task.stage()), task.index())) {}
  Shuffle::Buckets& buckets;
  KeyedChunk chunk;
  std::vector<std::uint64_t> origins;  ///< of the chunk's elements
  std::string value;
};

/// Looks up what was sent to the task's shard of the table, and sends it on.
template <class KeySerde>
class LookUpStage final : public RddBase, public Stage {
 public:
  LookUpStage(std::string step, const RddBase& parent, const TableStage& table, Shuffle& back,
              KeySerde keys, bool keeps_missing)
      : RddBase(std::move(step), "look up"),
        id_(table.step()),
        back_(back),
        keys_(std::move(keys)),
        keeps_missing_(keeps_missing) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
    this->looksUpIn(table);
  }

  [[nodiscard]] Shuffle& shuffle() { return out_; }
  std::uint32_t tasks(const BatchPlan&) const override { return out_.shards(); }
  bool pinned() const override { return true; }

  /// For its terminal: the task's near side of the way back.
  Returner& returner(Task& task) { return task.instance<Returner>(this, back_).first; }
  [[nodiscard]] Shuffle& back() { return back_; }

  Status run(Task& task) override {
    StateShard& shard = task.services().state->shard(id_, ShardId{task.index()});
    Returner& returner = this->returner(task);
    returner.chunk.size = 0;
    returner.origins.clear();
    std::uint64_t origin = 0;
    Status status;
    out_.forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      bucket.forEach([&](const ShuffledElement& element) {
        if (!status.ok()) return;
        returner.origins.push_back(origin);
        if (returner.chunk.add(element)) status = lookUp(task, shard, returner);
      });
      ++origin;
    });
    LOCKSTEP_TRY(std::move(status));
    return lookUp(task, shard, returner);
  }

 private:
  Status lookUp(Task& task, StateShard& shard, Returner& returner) const {
    const KeyedChunk& chunk = returner.chunk;
    std::array<const StateEntry*, kChunkElements> entries;
    LOCKSTEP_TRY(shard.find(chunk.view(), entries.data()));
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < chunk.size; ++i) {
      if (entries[i] == nullptr && !keeps_missing_) continue;
      std::string_view rest = chunk.elements[i].value;
      returner.value.clear();
      appendNumber(returner.value, returner.origins[i]);
      appendNumber(returner.value, takeNumber(rest));
      const std::string_view key = takeSized(rest);
      appendSized(returner.value, rest);
      if (entries[i] != nullptr) returner.value.append("=").append(entries[i]->value());
      const ShuffledElement sent{murmur2(key), key, returner.value};
      returner.buckets[back_.shardOf(shardHash(keys_, key, sent.hash))].append(sent);
      bytes += ShuffleBucket::bytesOf(sent);
    }
    returner.chunk.size = 0;
    returner.origins.clear();
    task.countShuffled(bytes);
    return task.checkCancelled();
  }

  const std::string id_;
  Shuffle& back_;
  const KeySerde keys_;
  const bool keeps_missing_;
  Shuffle out_;
};

/// Ends a LookUpStage in the shuffle that leads back.
template <class KeySerde>
class ReturnTerminal final : public Terminal {
 public:
  explicit ReturnTerminal(LookUpStage<KeySerde>& stage) : stage_(stage) {}
  const RddBase& parent() const override { return stage_; }
  void attach(Task& task) override { static_cast<void>(stage_.returner(task)); }
  void reset() override { stage_.back().clear(); }

 private:
  LookUpStage<KeySerde>& stage_;
};

/// Puts what comes back into its old order. `join(element)` makes of (key bytes, value bytes, the
/// table's bytes or nothing) what passes on.
template <class Element, class KeySerde, class Join>
class ReturnStage final : public Rdd<Element>, public Stage {
 public:
  ReturnStage(std::string step, std::string op, KeySerde keys, Join join)
      : Rdd<Element>(std::move(step), std::move(op)),
        keys_(std::move(keys)),
        join_(std::move(join)) {
    this->beginsIn(*this);
  }
  /// REQUIRED once, before it is registered.
  void comesBackFrom(const RddBase& looked_up) { this->readsThroughExchange(looked_up); }

  [[nodiscard]] Shuffle& shuffle() { return back_; }
  std::uint32_t tasks(const BatchPlan&) const override { return back_.shards(); }
  void connect(Task& task, ChunkSink<Element>& consumer) override {
    task.instance<Arranger>(this).first.source.consumers().add(consumer);
  }

  Status run(Task& task) override {
    Arranger& arranger = task.instance<Arranger>(this).first;
    auto& all = arranger.all;
    all.clear();
    back_.forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      bucket.forEach([&](const ShuffledElement& element) {
        std::string_view rest = element.value;
        const auto origin = takeNumber(rest);
        const auto number = takeNumber(rest);
        all.push_back({origin, number, {element.hash, element.key, rest}});
      });
    });
    std::sort(all.begin(), all.end(), [](const Returned& a, const Returned& b) {
      return std::tie(a.origin, a.number) < std::tie(b.origin, b.number);
    });
    const DescribeKey<KeySerde> describe{keys_, arranger.scratch};
    for (const Returned& returned : all) {
      std::string_view right = returned.element.value;
      const std::string_view left = takeSized(right);
      std::optional<Element> joined;
      const auto error = tryElement([&] {
        joined.emplace(join_(returned.element.key, left,
                             right.empty() ? std::nullopt : std::optional(right.substr(1))));
      });
      if (error) [[unlikely]]
        LOCKSTEP_TRY(rejectShuffled(task, {returned.element.hash, returned.element.key, left},
                                    *error, this->step()));
      else
        LOCKSTEP_TRY(arranger.source.add(describe, std::move(*joined)));
    }
    return arranger.source.flush(describe);
  }

 private:
  struct Returned {
    std::uint64_t origin;
    std::uint64_t number;
    ShuffledElement element;
  };
  struct Arranger final : Operator {
    explicit Arranger(Task& task) : source(task) {}
    void begin(Task& task) override { source.begin(task); }
    SourceOperator<Element> source;
    std::vector<Returned> all;
    std::string scratch;
  };

  const KeySerde keys_;
  const Join join_;
  Shuffle back_;
};

}  // namespace lockstep::detail
