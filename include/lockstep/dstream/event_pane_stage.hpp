#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/event_window_keys.hpp>
#include <lockstep/dstream/event_window_stage.hpp>
#include <lockstep/dstream/keyed_fold.hpp>
#include <lockstep/dstream/shuffle_read.hpp>

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
class EventPaneStage final : public EventWindowStage<K, Combine, KeySerde> {
  using Base = EventWindowStage<K, Combine, KeySerde>;
  using Base::combine, Base::options, Base::watermark;

 public:
  using typename Base::Combined;
  using typename Base::Element;

  EventPaneStage(const RddBase& parent, const WatermarkStage& given_watermark, EventPanes panes,
                 EventWindowOptions given_options, std::pair<KeySerde, Combine> parts)
      : Base(parent, given_watermark, std::move(given_options), std::move(parts)), panes_(panes) {}

  void connect(Task& task, ChunkSink<Element>& consumer) override {
    folder(task).source.consumers().add(consumer);
  }

  Status run(Task& task) override {
    StateShard& shard = this->shardOf(task, options().id);
    LOCKSTEP_TRY(foldElements(task));
    LOCKSTEP_TRY(addToPanes(task, shard));
    LOCKSTEP_TRY(passOnEnded(task, shard));
    this->seal(task, options().id);
    return {};
  }

 private:
  // What a timer's bytes begin with.
  static constexpr char kWindowEnds = 0;  ///< and the key
  static constexpr char kPaneGoes = 1;    ///< and the pane and the key

  struct Folder final : Base::Ending {
    using Base::Ending::Ending;
    void begin(Task& task) override {
      Base::Ending::begin(task);
      fold.clear();
      gone.clear();
      gone_bytes.clear();
    }
    KeyedFold<Combine> fold;             ///< of the batch, by pane and key
    std::vector<std::string_view> gone;  ///< keys of values that no window needs any more
    Arena gone_bytes{16 * 1024};
    std::vector<StateKey> keys;
    std::array<StateEntry*, kChunkElements> entries{};
    std::array<const StateEntry*, kChunkElements> found{};
    std::string key_bytes;
    std::string timer_bytes;
    std::string scratch;
  };
  Folder& folder(Task& task) { return task.instance<Folder>(this).first; }

  [[nodiscard]] auto rejecter(Task& task) const {
    return [this, &task](ShuffledElement element, const RecordError& error) {
      element.key.remove_prefix(kPaneKeyHead);
      return rejectShuffled(task, element, error, this->step());
    };
  }
  [[nodiscard]] bool isLate(EventTime last_window) const {
    const auto before = watermark().before();
    return before && last_window + options().lateness <= *before;
  }

  Status foldElements(Task& task) {
    Folder& f = folder(task);
    Status status;
    this->shuffle().forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      bucket.forEach([&](const ShuffledElement& element) {
        if (!status.ok()) return;
        const EventTime pane = loadTime(element.key.data() + 1);
        if (!panes_.holds(pane)) return;
        if (isLate(panes_.lastWindow(pane)))
          status = rejecter(task)(element, RecordError(RecordErrorKind::kLate,
                                                       "its last window is closed", this->step()));
        else
          status = f.fold.addValue(element, combine(), rejecter(task));
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
        f.scratch = encodeInto(combine().combiners, f.fold.value(number), f.scratch);
      } else {
        auto all = toOwned<Combined>(combine().combiners.read(entry.value()));
        combine().aggregator.addCombiner(all, f.fold.value(number));
        f.scratch.clear();
        combine().combiners.append(f.scratch, viewOf<Combined>(all));
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
    const auto before = watermark().before();
    const EventTime last = panes_.lastWindow(pane);
    f.timer_bytes.assign(1, kWindowEnds).append(key);
    if (before && options().lateness.count() > 0)
      for (EventTime end =
               panes_.firstWindowAfter(pane, std::max(EventTime(), *before - options().lateness));
           end <= last && end <= *before; end += panes_.slide)
        f.wheel.add(end, f.timer_bytes);
    if (!is_new) return;
    const EventTime next =
        before ? panes_.firstWindowAfter(pane, *before) : panes_.firstWindow(pane);
    if (next <= last) f.wheel.add(next, f.timer_bytes);
    if (options().lateness.count() == 0) return;
    f.timer_bytes.assign(1, kPaneGoes).append(pane_key.substr(1));
    f.wheel.add(last + options().lateness, f.timer_bytes);
  }

  Status passOnEnded(Task& task, StateShard& shard) {
    Folder& f = folder(task);
    const auto visit = [&](EventTime time, std::string_view bytes) {
      const std::string_view rest = bytes.substr(1);
      if (bytes.front() == kWindowEnds) return windowEnds(task, shard, time, rest);
      goes(f, loadTime(rest.data()), rest.substr(8));
      return Status();
    };
    LOCKSTEP_TRY(this->fireTimers(task, shard, f, visit));
    LOCKSTEP_TRY(removeGone(task, shard));
    return this->commitTimers(task, shard, f);
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
        if (options().lateness.count() == 0 && present <= end + panes_.slide - panes_.size)
          goes(f, present, key);
      }
    }
    if (newest == EventTime()) return {};
    const auto before = watermark().before();
    if ((!before || end > *before) && newest > end + panes_.slide - panes_.size) {
      f.timer_bytes.assign(1, kWindowEnds).append(key);
      f.wheel.add(end + panes_.slide, f.timer_bytes);
    }
    if (error) return rejectShuffled(task, {0, key, {}}, *error, this->step());
    return this->passOn(f, key, {end - panes_.size, end, folded ? encode(f, *folded) : only});
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
    if (!folded) folded = toOwned<Combined>(combine().combiners.read(first));
    combine().aggregator.addCombiner(*folded, combine().combiners.read(bytes));
  }
  std::string_view encode(Folder& f, const Owned<Combined>& folded) const {
    f.scratch.clear();
    combine().combiners.append(f.scratch, viewOf<Combined>(folded));
    return f.scratch;
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

  const EventPanes panes_;
};

}  // namespace lockstep::detail
