#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/event_window_keys.hpp>
#include <lockstep/dstream/keyed_fold.hpp>
#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/dstream/state_stage.hpp>
#include <lockstep/dstream/timer_wheel.hpp>
#include <lockstep/dstream/watermark.hpp>

namespace lockstep::detail {

/// Tumbling and sliding windows in event time by key, folded by `Combine` (keyed_fold.hpp).
///
/// The state has one value per pane and key, so that an element costs the same however many windows
/// it is in, and a timer per key at the end of the next window that holds something of it. When it
/// goes off the window is folded from its panes, and passed on. A pane goes with the last window
/// that holds it; with `lateness` it stays for so long, and each of its windows that had ended is
/// passed on again by a batch that added to it.
///
/// Order of one batch: its elements; then the windows that end, by (end, key); then the seal. What
/// is late is judged by the watermark that the batch found.
template <class K, class Combine, class KeySerde>
class EventPaneStage final : public Rdd<std::pair<K, Windowed<typename Combine::Combined>>>,
                             public ShardStage {
 public:
  using Combined = typename Combine::Combined;
  using Element = std::pair<K, Windowed<Combined>>;

  EventPaneStage(const RddBase& parent, const WatermarkStage& watermark, EventPanes panes,
                 EventWindowOptions options, std::pair<KeySerde, Combine> parts)
      : Rdd<Element>(options.id, "eventWindow"),
        watermark_(watermark),
        panes_(panes),
        options_(std::move(options)),
        keys_(std::move(parts.first)),
        combine_(std::move(parts.second)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
    this->readsThroughExchange(watermark);
  }

  void connect(Task& task, ChunkSink<Element>& consumer) override {
    folder(task).source.consumers().add(consumer);
  }

  Status run(Task& task) override {
    StateShard& shard = shardOf(task, options_.id);
    LOCKSTEP_TRY(foldElements(task));
    LOCKSTEP_TRY(addToPanes(task, shard));
    LOCKSTEP_TRY(passOnEnded(task, shard));
    seal(task, options_.id);
    return {};
  }

 private:
  // What a timer's bytes begin with.
  static constexpr char kWindowEnds = 0;  ///< and the key
  static constexpr char kPaneGoes = 1;    ///< and the pane and the key

  struct Folder final : Operator {
    explicit Folder(Task& task) : source(task) {}
    void begin(Task& task) override {
      source.begin(task);
      fold.clear();
      wheel.begin();
      waiting.clear();
      gone.clear();
      gone_bytes.clear();
    }
    SourceOperator<Element> source;
    KeyedFold<Combine> fold;  ///< of the batch, by pane and key
    TimerWheel wheel{kTimersTag};
    WaitingBytes waiting;                ///< values of elements in `source`
    std::vector<std::string_view> gone;  ///< keys of values that no window needs any more
    Arena gone_bytes{16 * 1024};
    std::vector<StateKey> keys;
    std::array<StateEntry*, kChunkElements> entries{};
    std::array<const StateEntry*, kChunkElements> found{};
    std::string key_bytes;
    std::string timer_bytes;
    std::string describing;
    std::string scratch;
  };
  Folder& folder(Task& task) { return task.instance<Folder>(this).first; }

  [[nodiscard]] TimerWheel::Place place(Task& task, StateShard& shard) const {
    return {shard, task.plan().id, task.plan().time};
  }
  [[nodiscard]] auto rejecter(Task& task) const {
    return [this, &task](ShuffledElement element, const RecordError& error) {
      element.key.remove_prefix(kPaneKeyHead);
      return rejectShuffled(task, element, error, this->step());
    };
  }
  [[nodiscard]] bool isLate(EventTime last_window) const {
    const auto before = watermark_.before();
    return before && last_window + options_.lateness <= *before;
  }

  Status foldElements(Task& task) {
    Folder& f = folder(task);
    Status status;
    shuffle().forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      bucket.forEach([&](const ShuffledElement& element) {
        if (!status.ok()) return;
        const EventTime pane = loadTime(element.key.data() + 1);
        if (!panes_.holds(pane)) return;
        if (isLate(panes_.lastWindow(pane)))
          status = rejecter(task)(element, RecordError(RecordErrorKind::kLate,
                                                       "its last window is closed", this->step()));
        else
          status = f.fold.addValue(element, combine_, rejecter(task));
      });
    });
    return status;
  }

  Status addToPanes(Task& task, StateShard& shard) {
    Folder& f = folder(task);
    const KeyIndex& index = f.fold.keys();
    for (std::size_t from = 0; from < index.size(); from += kChunkElements) {
      const std::size_t count = std::min(kChunkElements, index.size() - from);
      f.keys.clear();
      for (std::size_t i = from; i < from + count; ++i)
        f.keys.push_back({index.key(i), index.hash(i)});
      LOCKSTEP_TRY(shard.touch(task.plan().id, task.plan().time, f.keys, f.entries.data()));
      for (std::size_t i = 0; i < count; ++i)
        LOCKSTEP_TRY(addToPane(task, shard, from + i, *f.entries[i]));
      LOCKSTEP_TRY(task.checkCancelled());
    }
    return {};
  }

  Status addToPane(Task& task, StateShard& shard, std::size_t number, StateEntry& entry) {
    Folder& f = folder(task);
    const std::string_view key = f.fold.keys().key(number);
    const bool is_new = !entry.present();
    const auto error = tryElement([&] {
      if (is_new) {
        f.scratch = encodeInto(combine_.combiners, f.fold.value(number), f.scratch);
      } else {
        auto all = toOwned<Combined>(combine_.combiners.read(entry.value()));
        combine_.aggregator.addCombiner(all, f.fold.value(number));
        f.scratch.clear();
        combine_.combiners.append(f.scratch, viewOf<Combined>(all));
      }
    });
    if (error) return rejecter(task)({0, key, {}}, *error);
    setState(shard, entry, f.scratch);
    setTimers(f, key, is_new);
    return {};
  }

  void setTimers(Folder& f, std::string_view pane_key, bool is_new) const {
    const EventTime pane = loadTime(pane_key.data() + 1);
    const std::string_view key = pane_key.substr(kPaneKeyHead);
    const auto before = watermark_.before();
    const EventTime last = panes_.lastWindow(pane);
    f.timer_bytes.assign(1, kWindowEnds).append(key);
    if (before && options_.lateness.count() > 0)
      for (EventTime end =
               panes_.firstWindowAfter(pane, std::max(EventTime(), *before - options_.lateness));
           end <= last && end <= *before; end += panes_.slide)
        f.wheel.add(end, f.timer_bytes);
    if (!is_new) return;
    const EventTime next =
        before ? panes_.firstWindowAfter(pane, *before) : panes_.firstWindow(pane);
    if (next <= last) f.wheel.add(next, f.timer_bytes);
    if (options_.lateness.count() == 0) return;
    f.timer_bytes.assign(1, kPaneGoes).append(pane_key.substr(1));
    f.wheel.add(last + options_.lateness, f.timer_bytes);
  }

  Status passOnEnded(Task& task, StateShard& shard) {
    Folder& f = folder(task);
    const auto now = watermark_.now();
    const bool flushes = task.plan().flushes;
    if (now || flushes) {
      const auto visit = [&](EventTime time, std::string_view bytes) {
        const std::string_view rest = bytes.substr(1);
        if (bytes.front() == kWindowEnds) return windowEnds(task, shard, time, rest);
        goes(f, loadTime(rest.data()), rest.substr(8));
        return Status();
      };
      LOCKSTEP_TRY(f.wheel.fire(place(task, shard), flushes ? EventTime::max() : *now, visit));
      LOCKSTEP_TRY(f.source.flush(DescribeKey<KeySerde>{keys_, f.scratch}));
      LOCKSTEP_TRY(removeGone(task, shard));
    }
    return f.wheel.commit(place(task, shard), now.value_or(EventTime()));
  }

  /// Folds the window of one key from its panes, and passes it on.
  Status windowEnds(Task& task, StateShard& shard, EventTime end, std::string_view key) {
    Folder& f = folder(task);
    const auto width = panes_.width();
    std::string_view only;
    std::optional<Owned<Combined>> folded;
    std::optional<RecordError> error;
    EventTime newest{};
    for (EventTime pane = end - panes_.size + width; pane <= end;) {
      const EventTime first = pane;
      pane = findPanes(f, pane, end, key);
      LOCKSTEP_TRY(shard.find(f.keys, f.found.data()));
      for (std::size_t i = 0; i < f.keys.size(); ++i) {
        if (f.found[i] == nullptr) continue;
        const std::string_view bytes = f.found[i]->value();
        const EventTime present = first + static_cast<std::int64_t>(i) * width;
        if (newest != EventTime() && !error) error = tryElement([&] { fold(folded, only, bytes); });
        if (newest == EventTime()) only = bytes;
        newest = present;
        if (options_.lateness.count() == 0 && present <= end + panes_.slide - panes_.size)
          goes(f, present, key);
      }
    }
    if (newest == EventTime()) return {};
    const auto before = watermark_.before();
    if ((!before || end > *before) && newest > end + panes_.slide - panes_.size) {
      f.timer_bytes.assign(1, kWindowEnds).append(key);
      f.wheel.add(end + panes_.slide, f.timer_bytes);
    }
    if (error) return rejectShuffled(task, {0, key, {}}, *error, this->step());
    return passOn(f, end, key, folded ? encode(f, *folded) : only);
  }

  /// The keys of the next panes; gives the one behind them.
  EventTime findPanes(Folder& f, EventTime pane, EventTime through, std::string_view key) const {
    const std::size_t bytes = kPaneKeyHead + key.size();
    const auto left = static_cast<std::size_t>((through - pane) / panes_.width()) + 1;
    const std::size_t count = std::min(kChunkElements, left);
    f.key_bytes.clear();
    f.key_bytes.reserve(bytes * count);
    f.keys.clear();
    for (std::size_t i = 0; i < count; ++i, pane += panes_.width()) {
      const char* start = f.key_bytes.data() + f.key_bytes.size();
      f.key_bytes.push_back(kWindowTag);
      appendTime(f.key_bytes, pane);
      f.key_bytes.append(key);
      f.keys.push_back({{start, bytes}, murmur2({start, bytes})});
    }
    return pane;
  }

  void fold(std::optional<Owned<Combined>>& folded, std::string_view first,
            std::string_view bytes) const {
    if (!folded) folded = toOwned<Combined>(combine_.combiners.read(first));
    combine_.aggregator.addCombiner(*folded, combine_.combiners.read(bytes));
  }
  std::string_view encode(Folder& f, const Owned<Combined>& folded) const {
    f.scratch.clear();
    combine_.combiners.append(f.scratch, viewOf<Combined>(folded));
    return f.scratch;
  }

  Status passOn(Folder& f, EventTime end, std::string_view key, std::string_view value) {
    const DescribeKey<KeySerde> describe{keys_, f.describing};
    LOCKSTEP_ASSIGN(const bool flushed, f.source.makeRoom(describe));
    if (flushed) f.waiting.clear();
    return f.source.add(
        describe, keys_.read(key),
        Windowed<Combined>{end - panes_.size, end,
                           combine_.combiners.read(f.waiting.template keep<Combined>(value))});
  }

  /// Removed later: what is passed on may view the state, and a removal ends that.
  static void goes(Folder& f, EventTime pane, std::string_view key) {
    char* bytes = f.gone_bytes.allocate(kPaneKeyHead + key.size());
    bytes[0] = kWindowTag;
    storeTime(bytes + 1, pane);
    if (!key.empty()) std::memcpy(bytes + kPaneKeyHead, key.data(), key.size());
    f.gone.emplace_back(bytes, kPaneKeyHead + key.size());
  }
  Status removeGone(Task& task, StateShard& shard) {
    Folder& f = folder(task);
    for (std::size_t from = 0; from < f.gone.size(); from += kChunkElements) {
      const std::size_t count = std::min(kChunkElements, f.gone.size() - from);
      f.keys.clear();
      for (std::size_t i = from; i < from + count; ++i)
        f.keys.push_back({f.gone[i], murmur2(f.gone[i])});
      LOCKSTEP_TRY(shard.touch(task.plan().id, task.plan().time, f.keys, f.entries.data()));
      for (std::size_t i = 0; i < count; ++i)
        if (f.entries[i]->present()) shard.remove(*f.entries[i]);
    }
    return {};
  }

  const WatermarkStage& watermark_;
  const EventPanes panes_;
  const EventWindowOptions options_;
  const KeySerde keys_;
  const Combine combine_;
};

}  // namespace lockstep::detail
