#pragma once

#include <array>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lockstep/dstream/keyed_fold.hpp>
#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/dstream/state_stage.hpp>
#include <lockstep/dstream/window_stage.hpp>

namespace lockstep::detail {

/// In place of an inverse: every window is folded anew from its panes.
struct NoInverse {};
/// In place of a filter.
struct KeepAll {
  template <class Pair>
  bool operator()(const Pair&) const {
    return true;
  }
};

template <class F, class Inverse, class Filter>
struct WindowFunctions {
  F reduce;
  [[no_unique_address]] Inverse inverse;
  [[no_unique_address]] Filter filter;
};

/// A window's value of one key in the state, for windows with an inverse: how many elements of the
/// key the window's panes hold (one per batch, until they are folded), then the value.
class RunningValue {
 public:
  explicit RunningValue(std::string_view bytes)
      : batches_(loadBigEndian32(bytes.data())), value_(bytes.substr(4)) {}
  [[nodiscard]] std::uint32_t batches() const { return batches_; }
  [[nodiscard]] std::string_view value() const { return value_; }

  template <class V, class ValueSerde>
  static void store(StateShard& shard, StateEntry& entry, std::uint32_t batches, const V& value,
                    const ValueSerde& values, std::string& scratch) {
    scratch.assign(4, '\0');
    storeBigEndian(scratch.data(), batches);
    values.append(scratch, value);
    setState(shard, entry, scratch);
  }
  /// The same value, of another number of batches.
  static void recount(StateShard& shard, StateEntry& entry, std::uint32_t batches,
                      std::string& scratch) {
    scratch.assign(entry.value());
    storeBigEndian(scratch.data(), batches);
    setState(shard, entry, scratch);
  }

 private:
  std::uint32_t batches_;
  std::string_view value_;
};

/// Values by key over a window. A batch's values of one key are folded into one before they reach
/// the panes, and those of several batches in one pane now and then. Without an inverse a boundary
/// folds what the panes hold; with one the state has each key's window, which is changed by what a
/// batch adds and what leaves.
template <class K, class V, class Functions, class KeySerde, class ValueSerde>
class ReduceWindowStage final : public WindowStage<std::pair<K, V>> {
  using Reduce = decltype(Functions::reduce);
  using Combine = CombineByKey<ReduceAggregator<V, Reduce>, ValueSerde, ValueSerde>;
  static constexpr bool kInverse = !std::is_same_v<decltype(Functions::inverse), NoInverse>;

 public:
  using Element = std::pair<K, V>;

  ReduceWindowStage(const std::string& op, const RddBase& parent, const WindowTiming& timing,
                    const WindowOptions& options,
                    std::pair<Functions, std::pair<KeySerde, ValueSerde>> parts)
      : WindowStage<Element>(op, parent, timing, options),
        functions_(std::move(parts.first)),
        keys_(std::move(parts.second.first)),
        combine_{{functions_.reduce}, parts.second.second, parts.second.second} {}

  void connect(Task& task, ChunkSink<Element>& consumer) override {
    reducer(task).source.consumers().add(consumer);
  }

 protected:
  Status takeElements(Task& task, StateShard& shard) override {
    Reducer& r = reducer(task);
    r.fold.clear();
    r.log.clear();
    Status status;
    this->shuffle().forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      if (status.ok()) status = r.fold.add(bucket, r.fold.kAll, combine_, rejecter(task));
    });
    LOCKSTEP_TRY(std::move(status));
    if (!this->timing().holds(task.plan().time)) return {};
    if constexpr (kInverse) {
      LOCKSTEP_TRY(enter(task, shard));
    } else {
      for (std::size_t i = 0; i < r.fold.keys().size(); ++i)
        r.log.add(r.fold.keys().key(i), encodeInto(values(), r.fold.value(i), r.scratch));
    }
    LOCKSTEP_TRY(r.log.commit(this->place(task, shard), this->timing().paneOf(task.plan().time)));
    return r.log.hasGrown() ? foldPane(task, shard) : Status();
  }

  Status passOn(Task& task, StateShard& shard) override {
    if constexpr (kInverse) {
      LOCKSTEP_TRY(passOnRunning(task, shard));
      LOCKSTEP_TRY(leave(task, shard));
    } else {
      LOCKSTEP_TRY(passOnFolded(task, shard));
    }
    return reducer(task).log.removeThrough(this->place(task, shard),
                                           this->timing().leftBehind(task.plan().time));
  }

 private:
  struct Reducer final : Operator {
    explicit Reducer(Task& task) : source(task) {}
    void begin(Task& task) override { source.begin(task); }
    SourceOperator<Element> source;
    PaneLog log;
    KeyedFold<Combine> fold;
    std::vector<std::uint32_t> batches;  ///< by key of `fold`, of what leaves
    std::string key_bytes;
    std::vector<StateKey> keys;
    std::array<StateEntry*, kChunkElements> entries{};
    std::string scratch;
    WaitingBytes waiting;  ///< what `source` has of a walk
  };
  Reducer& reducer(Task& task) { return task.instance<Reducer>(this).first; }
  [[nodiscard]] const ValueSerde& values() const { return combine_.values; }
  [[nodiscard]] auto rejecter(Task& task) const {
    return [this, &task](const ShuffledElement& element, const RecordError& error) {
      return rejectShuffled(task, element, error, this->step());
    };
  }
  /// Calls `body`; what it throws rejects the key.
  template <class Body>
  Status guarded(Task& task, std::string_view key, const Body& body) const {
    if (const auto error = tryElement(body)) [[unlikely]]
      return rejecter(task)({0, key, {}}, *error);
    return {};
  }

  /// The keys of the window's values in the state, of all keys of the fold, in its order.
  void makeRunningKeys(Reducer& r) const {
    const KeyIndex& index = r.fold.keys();
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < index.size(); ++i) bytes += 1 + index.key(i).size();
    r.key_bytes.clear();
    r.key_bytes.reserve(bytes);
    r.keys.clear();
    for (std::size_t i = 0; i < index.size(); ++i) {
      const char* start = r.key_bytes.data() + r.key_bytes.size();
      r.key_bytes.push_back(PaneLog::kOwnKeys);
      r.key_bytes.append(index.key(i));
      const std::string_view key(start, 1 + index.key(i).size());
      r.keys.push_back({key, murmur2(key)});
    }
  }
  /// Calls change(i, entry) for every key of the fold, touched.
  template <class Change>
  Status changeRunning(Task& task, StateShard& shard, const Change& change) {
    Reducer& r = reducer(task);
    makeRunningKeys(r);
    for (std::size_t first = 0; first < r.keys.size(); first += kChunkElements) {
      const std::size_t count = std::min(kChunkElements, r.keys.size() - first);
      LOCKSTEP_TRY(shard.touch(task.plan().id, task.plan().time,
                               std::span<const StateKey>(r.keys).subspan(first, count),
                               r.entries.data()));
      for (std::size_t i = 0; i < count; ++i)
        LOCKSTEP_TRY(guarded(task, r.keys[first + i].bytes.substr(1),
                             [&] { change(first + i, *r.entries[i]); }));
      LOCKSTEP_TRY(task.checkCancelled());
    }
    return {};
  }

  /// What the batch has goes into the windows of its keys, and into the log.
  Status enter(Task& task, StateShard& shard) {
    Reducer& r = reducer(task);
    return changeRunning(task, shard, [&](std::size_t i, StateEntry& entry) {
      const auto& added = r.fold.value(i);
      if (entry.present()) {
        const RunningValue old(entry.value());
        const auto sum = ownResult<V>(functions_.reduce(values().read(old.value()), added));
        RunningValue::store(shard, entry, old.batches() + 1, viewOf<V>(sum), values(), r.scratch);
      } else {
        RunningValue::store(shard, entry, 1, added, values(), r.scratch);
      }
      r.log.add(r.fold.keys().key(i), encodeInto(values(), added, r.scratch));
    });
  }

  /// What no later window holds is taken off.
  Status leave(Task& task, StateShard& shard) {
    Reducer& r = reducer(task);
    LOCKSTEP_TRY(foldPanes(task, shard,
                           {BatchTime::min(), this->timing().leftBehind(task.plan().time)},
                           rejecter(task)));
    return changeRunning(task, shard, [&](std::size_t i, StateEntry& entry) {
      if (!entry.present()) return;
      const RunningValue old(entry.value());
      const std::uint32_t left = old.batches() - r.batches[i];
      const auto rest =
          ownResult<V>(functions_.inverse(values().read(old.value()), r.fold.value(i)));
      RunningValue::store(shard, entry, left, viewOf<V>(rest), values(), r.scratch);
    });
  }

  /// Folds the panes that end in (after, through], and counts each key's elements.
  template <class Reject>
  Status foldPanes(Task& task, StateShard& shard, std::pair<BatchTime, BatchTime> span,
                   const Reject& reject) {
    Reducer& r = reducer(task);
    r.fold.clear();
    r.batches.clear();
    const auto count = [&r](std::uint32_t number) {
      if (number == r.batches.size()) r.batches.push_back(0);
      ++r.batches[number];
    };
    return r.log.read(this->place(task, shard), span.first, span.second,
                      [&](std::string_view key, std::string_view value) {
                        const ShuffledElement element{murmur2(key), key, value};
                        return r.fold.addCombined(element, combine_, count, reject);
                      });
  }

  /// Folds the elements of the batch's pane: with batches much shorter than the slide it would hold
  /// one per batch and key. Where a function fails, or a value becomes large, they stay: a boundary
  /// says what is wrong.
  Status foldPane(Task& task, StateShard& shard) {
    Reducer& r = reducer(task);
    const auto place = this->place(task, shard);
    const BatchTime pane = this->timing().paneOf(task.plan().time);
    bool folds = true;
    LOCKSTEP_TRY(foldPanes(task, shard, {pane - place.width, pane},
                           [&folds](const ShuffledElement&, const RecordError&) {
                             folds = false;
                             return Status();
                           }));
    for (std::size_t i = 0; folds && i < r.fold.keys().size(); ++i) {
      const std::string_view value = encodeInto(values(), r.fold.value(i), r.scratch);
      folds = value.size() <= PaneLog::kFoldedMax || r.batches[i] == 1;
      r.log.add(r.fold.keys().key(i), value);
    }
    if (!folds) {
      r.log.clear();
      return r.log.leave(place, pane);
    }
    if constexpr (kInverse)
      LOCKSTEP_TRY(changeRunning(task, shard, [&](std::size_t i, StateEntry& entry) {
        if (!entry.present()) return;
        const std::uint32_t batches = RunningValue(entry.value()).batches();
        RunningValue::recount(shard, entry, batches - (r.batches[i] - 1), r.scratch);
      }));
    return r.log.replace(place, pane);
  }

  Status passOnFolded(Task& task, StateShard& shard) {
    Reducer& r = reducer(task);
    const BatchTime boundary = task.plan().time;
    LOCKSTEP_TRY(
        foldPanes(task, shard, {this->timing().beginOf(boundary), boundary}, rejecter(task)));
    const DescribeKey<KeySerde> describe{keys_, r.scratch};
    for (std::size_t i = 0; i < r.fold.keys().size(); ++i)
      LOCKSTEP_TRY(r.source.add(describe, keys_.read(r.fold.keys().key(i)), r.fold.value(i)));
    return r.source.flush(describe);
  }

  Status passOnRunning(Task& task, StateShard& shard) {
    Reducer& r = reducer(task);
    const DescribeKey<KeySerde> describe{keys_, r.scratch};
    std::array<StateShard::Item, kChunkElements> items;
    r.waiting.clear();
    std::uint64_t cursor = 0;
    for (;;) {
      LOCKSTEP_ASSIGN(const std::size_t found, shard.scan(cursor, items));
      if (found == 0) return r.source.flush(describe);
      for (std::size_t i = 0; i < found; ++i) {
        if (items[i].key.bytes.front() != PaneLog::kOwnKeys) continue;
        LOCKSTEP_TRY(passOnOne(task, shard, items[i]));
      }
    }
  }
  /// A key without values in the window stays, as in Spark, unless a filter or drop_empty says
  /// otherwise; one with values always does, whatever the filter hides: its values have to leave.
  Status passOnOne(Task& task, StateShard& shard, StateShard::Item& item) {
    Reducer& r = reducer(task);
    const std::string_view key = item.key.bytes.substr(1);
    const RunningValue running(item.entry->value());
    bool shown = running.batches() > 0 || !this->options().drop_empty;
    if (shown)
      LOCKSTEP_TRY(guarded(task, key, [&] {
        shown = functions_.filter(Element(keys_.read(key), values().read(running.value())));
      }));
    if (shown) {
      const DescribeKey<KeySerde> describe{keys_, r.scratch};
      LOCKSTEP_ASSIGN(const bool flushed, r.source.makeRoom(describe));
      if (flushed) r.waiting.clear();
      LOCKSTEP_TRY(r.source.add(describe, keys_.read(r.waiting.template keep<K>(key)),
                                values().read(r.waiting.template keep<V>(running.value()))));
    }
    if (shown || running.batches() > 0) return {};
    shard.touchItems(task.plan().id, task.plan().time, {&item, 1});
    shard.remove(*item.entry);
    return {};
  }

  const Functions functions_;
  const KeySerde keys_;
  const Combine combine_;
};

}  // namespace lockstep::detail
