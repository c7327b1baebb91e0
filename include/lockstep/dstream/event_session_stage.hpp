#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/event_window_keys.hpp>
#include <lockstep/dstream/event_window_stage.hpp>
#include <lockstep/dstream/grouped_values.hpp>
#include <lockstep/dstream/keyed_fold.hpp>

namespace lockstep::detail {

/// One key's sessions that are still of interest, in order of time, and when the next of them ends
/// or goes: its timer. In the state: the timer, then for each session beginning and end, whether it
/// was passed on, and its value behind its length.
template <class C>
struct Sessions {
  struct Session {
    EventTime start;
    EventTime end;
    bool shown = false;
    Owned<C> value;
  };
  std::vector<Session> all;
  std::optional<EventTime> timer;

  /// When the session has to be looked at.
  [[nodiscard]] static EventTime dueOf(const Session& session, std::chrono::milliseconds lateness) {
    return session.shown ? session.end + lateness : session.end;
  }

  template <class Serde>
  void read(std::string_view bytes, const Serde& values) {
    timer = loadTime(bytes.data());
    for (bytes.remove_prefix(8); !bytes.empty();) {
      const std::size_t size = loadBigEndian32(bytes.data() + 17);
      all.push_back({loadTime(bytes.data()), loadTime(bytes.data() + 8), bytes[16] != 0,
                     toOwned<C>(values.read(bytes.substr(21, size)))});
      bytes.remove_prefix(21 + size);
    }
  }
  template <class Serde>
  void write(std::string& bytes, const Serde& values) const {
    bytes.clear();
    appendTime(bytes, *timer);
    for (const Session& session : all) {
      appendTime(bytes, session.start);
      appendTime(bytes, session.end);
      bytes.push_back(session.shown ? 1 : 0);
      const std::size_t place = bytes.size();
      bytes.append(4, '\0');
      values.append(bytes, viewOf<C>(session.value));
      storeBigEndian(bytes.data() + place, static_cast<std::uint32_t>(bytes.size() - place - 4));
    }
  }
};

/// Sessions in event time by key, folded by `Combine` (keyed_fold.hpp): elements at most a gap
/// apart are in one; one that fills the gap between two makes them one.
///
/// The state has one entry per key with its open sessions, and one timer, at the earliest of their
/// ends: one that has moved on by then is set anew. With `lateness` a session stays for so long
/// behind its end, and one that late elements changed is passed on again.
///
/// Order of one batch: its elements, key by key in order of arrival; then the sessions that end, by
/// (end, key); then the seal. What is late is judged by the watermark that the batch found.
template <class K, class Combine, class KeySerde>
class EventSessionStage final : public EventWindowStage<K, Combine, KeySerde> {
  using Base = EventWindowStage<K, Combine, KeySerde>;
  using Base::combine, Base::options, Base::watermark;

 public:
  using typename Base::Combined;
  using typename Base::Element;

  EventSessionStage(const RddBase& parent, const WatermarkStage& given_watermark,
                    std::chrono::milliseconds gap, EventWindowOptions given_options,
                    std::pair<KeySerde, Combine> parts)
      : Base(parent, given_watermark, std::move(given_options), std::move(parts)), gap_(gap) {}

  void connect(Task& task, ChunkSink<Element>& consumer) override {
    keeper(task).source.consumers().add(consumer);
  }

  Status run(Task& task) override {
    StateShard& shard = this->shardOf(task, options().id);
    LOCKSTEP_TRY(takeElements(task, shard));
    LOCKSTEP_TRY(passOnEnded(task, shard));
    this->seal(task, options().id);
    return {};
  }

 private:
  struct Keeper final : Base::Ending {
    using Base::Ending::Ending;
    void begin(Task& task) override {
      Base::Ending::begin(task);
      index.clear();
      values.clear();
    }
    KeyIndex index;
    GroupedValues<std::string_view> values;  ///< of the batch, by key: time and value
    std::array<StateKey, kChunkElements> keys;
    std::array<StateEntry*, kChunkElements> entries{};
    Sessions<Combined> sessions;  ///< of the key at hand
    std::string scratch;
    std::string value_bytes;
  };
  Keeper& keeper(Task& task) { return task.instance<Keeper>(this).first; }

  Status takeElements(Task& task, StateShard& shard) {
    Keeper& k = keeper(task);
    this->shuffle().forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      bucket.forEach([&](const ShuffledElement& element) {
        k.values.add(k.index.find(element.hash, element.key), element.value);
      });
    });
    k.values.arrange(k.index.size());
    for (std::size_t from = 0; from < k.index.size(); from += kChunkElements) {
      const std::size_t count = std::min(kChunkElements, k.index.size() - from);
      for (std::size_t i = 0; i < count; ++i)
        k.keys[i] = {k.index.key(from + i), k.index.hash(from + i)};
      LOCKSTEP_TRY(
          shard.touch(task.plan().id, task.plan().time, {k.keys.data(), count}, k.entries.data()));
      for (std::size_t i = 0; i < count; ++i)
        LOCKSTEP_TRY(takeKey(task, shard, from + i, *k.entries[i]));
      LOCKSTEP_TRY(task.checkCancelled());
    }
    return {};
  }

  Status takeKey(Task& task, StateShard& shard, std::size_t number, StateEntry& entry) {
    Keeper& k = keeper(task);
    const std::string_view key = k.index.key(number).substr(1);
    const auto unreadable = load(entry, k.sessions);
    for (const std::string_view timed : k.values.of(number)) {
      const std::string_view value = timed.substr(8);
      const auto error = unreadable ? unreadable : take(loadTime(timed.data()), value, k.sessions);
      if (error) LOCKSTEP_TRY(rejectShuffled(task, {0, key, value}, *error, this->step()));
    }
    if (!unreadable) store(k, shard, entry, key);
    return {};
  }

  /// The key's sessions as the state has them. What their format throws: then they are not to be
  /// stored, the state stays as it was.
  std::optional<RecordError> load(const StateEntry& entry, Sessions<Combined>& sessions) const {
    sessions.all.clear();
    sessions.timer.reset();
    if (!entry.present()) return std::nullopt;
    return tryElement([&] { sessions.read(entry.value(), combine().combiners); });
  }

  /// Adds an element, or says why not; then nothing has changed.
  std::optional<RecordError> take(EventTime time, std::string_view value,
                                  Sessions<Combined>& sessions) const {
    bool late = false;
    const auto error = tryElement([&] { late = !add(time, value, sessions); });
    if (late) return RecordError(RecordErrorKind::kLate, "its session is closed", this->step());
    return error;
  }

  /// False: the element is late. Throws what the functions throw; then nothing has changed.
  bool add(EventTime time, std::string_view bytes, Sessions<Combined>& sessions) const {
    const auto value = combine().values.read(bytes);
    auto& all = sessions.all;
    const auto first = std::find_if(all.begin(), all.end(),
                                    [&](const auto& session) { return session.end >= time; });
    auto behind = first;
    while (behind != all.end() && behind->start <= time + gap_) ++behind;
    if (first == behind) {
      const auto before = watermark().before();
      if (before && time + gap_ + options().lateness <= *before) return false;
      all.insert(first, {time, time + gap_, false, combine().aggregator.create(value)});
      return true;
    }
    if (behind - first == 1) {
      combine().aggregator.addValue(first->value, value);
    } else {
      Owned<Combined> merged = first->value;
      for (auto other = first + 1; other != behind; ++other)
        combine().aggregator.addCombiner(merged, viewOf<Combined>(other->value));
      combine().aggregator.addValue(merged, value);
      first->value = std::move(merged);
    }
    first->start = std::min(first->start, time);
    first->end = std::max((behind - 1)->end, time + gap_);
    first->shown = false;
    all.erase(first + 1, behind);
    return true;
  }

  /// Writes the key's sessions, and sets its timer.
  void store(Keeper& k, StateShard& shard, StateEntry& entry, std::string_view key) const {
    Sessions<Combined>& sessions = k.sessions;
    if (sessions.all.empty()) {
      if (entry.present()) shard.remove(entry);
      return;
    }
    EventTime next = EventTime::max();
    for (const auto& session : sessions.all)
      next = std::min(next, Sessions<Combined>::dueOf(session, options().lateness));
    // One that lies behind the watermark went off while the sessions could not be read.
    const auto before = watermark().before();
    const bool gone_off = before && sessions.timer && *sessions.timer <= *before;
    if (!sessions.timer || gone_off || next < *sessions.timer) {
      sessions.timer = next;
      k.wheel.add(next, key);
    }
    sessions.write(k.scratch, combine().combiners);
    setState(shard, entry, k.scratch);
  }

  Status passOnEnded(Task& task, StateShard& shard) {
    Keeper& k = keeper(task);
    LOCKSTEP_TRY(this->fireTimers(task, shard, k, [&](EventTime time, std::string_view key) {
      return keyIsDue(task, shard, time, key);
    }));
    return this->commitTimers(task, shard, k);
  }

  Status keyIsDue(Task& task, StateShard& shard, EventTime time, std::string_view key) {
    Keeper& k = keeper(task);
    k.scratch.assign(1, kWindowTag).append(key);
    const StateKey state_key{k.scratch, murmur2(k.scratch)};
    const StateEntry* found = nullptr;
    LOCKSTEP_TRY(shard.find({&state_key, 1}, &found));
    // A timer that an earlier one took over has nothing to do.
    if (found == nullptr || loadTime(found->value().data()) != time) return {};
    StateEntry* entry = nullptr;
    LOCKSTEP_TRY(shard.touch(task.plan().id, task.plan().time, {&state_key, 1}, &entry));
    if (const auto unreadable = load(*entry, k.sessions))
      return rejectShuffled(task, {0, key, {}}, *unreadable, this->step());
    auto& all = k.sessions.all;
    for (auto& session : all) {
      if (session.shown || session.end > time) continue;
      session.shown = true;
      LOCKSTEP_TRY(passOnSession(k, key, session));
    }
    std::erase_if(all, [&](const auto& session) {
      return session.shown && session.end + options().lateness <= time;
    });
    k.sessions.timer.reset();
    store(k, shard, *entry, key);
    return {};
  }

  Status passOnSession(Keeper& k, std::string_view key,
                       const typename Sessions<Combined>::Session& session) const {
    k.value_bytes.clear();
    combine().combiners.append(k.value_bytes, viewOf<Combined>(session.value));
    return this->passOn(k, key, {session.start, session.end, k.value_bytes});
  }

  const std::chrono::milliseconds gap_;
};

}  // namespace lockstep::detail
