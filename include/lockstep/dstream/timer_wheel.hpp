#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lockstep/base/arena.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/dstream/event_time.hpp>
#include <lockstep/ports/state_shard.hpp>

namespace lockstep::detail {

/// Timers of one shard, in its state: a time and some bytes each, the same pair once. They go off
/// in order of (time, bytes), all that are due and no other; what is set for later is not looked
/// at.
///
/// A hierarchical timing wheel (Varghese and Lauck, 1987) with 16 slots per level: a timer lies in
/// the slot of the highest hexadecimal digit in which its time differs from the wheel's, and moves
/// to finer slots as that comes near, at most once per level. A slot is some entries of the state
/// that are only appended to and go as a whole: setting a timer does not cost more where there are
/// many, and there are few slots, however far apart the times are. docs/formats.md, "Timers".
/// Thread: the shard's worker.
class TimerWheel {
 public:
  struct Place {
    StateShard& shard;
    BatchId batch;
    BatchTime time;
  };

  /// `tag`: the first byte of all its keys in the state.
  explicit TimerWheel(char tag) : tag_(tag) {}

  /// A batch begins: forgets what was not committed.
  void begin();
  /// Sets a timer. From within fire()'s visit it may be due at once. REQUIRES: time is not before
  /// 1970.
  void add(EventTime time, std::string_view bytes);

  /// Calls visit(time, bytes) -> Status for each timer up to `through`, and takes them away. The
  /// views hold until the next begin(). Touches the shard before the first visit, not between.
  template <class Visit>
  Status fire(const Place& place, EventTime through, const Visit& visit) {
    LOCKSTEP_TRY(collect(place, through));
    firing_ = true;
    for (Timer timer; pop(timer);)
      if (Status status = visit(timer.time, timer.bytes); !status.ok()) return status;
    firing_ = false;
    return {};
  }
  /// Writes what was set. `now`: up to which all went off; 1970 if nothing did. Comes last.
  Status commit(const Place& place, EventTime now);

 private:
  struct Timer {
    EventTime time;
    std::string_view bytes;
    friend auto operator<=>(const Timer&, const Timer&) = default;
  };
  /// A span of time: the times whose hexadecimal digits above the lowest `level` are `prefix`.
  struct Slot {
    std::uint64_t prefix = 0;
    std::uint32_t level = 0;
    std::uint32_t chunks = 0;

    [[nodiscard]] EventTime begin() const;
  };
  Status load(const Place& place);
  Status collect(const Place& place, EventTime through);
  Status empty(const Place& place, const Slot& slot);
  void makeKeys(const Slot& slot, std::uint32_t from, std::uint32_t count);
  Status append(const Place& place, Slot& slot, std::vector<std::string>& chunks);
  Status appendAll(const Place& place);
  Status storeDirectory(const Place& place);
  [[nodiscard]] Slot slotOf(EventTime time) const;
  bool pop(Timer& timer);

  const char tag_;
  bool loaded_ = false;
  bool changed_ = false;  ///< the directory
  bool firing_ = false;
  EventTime now_{};
  EventTime through_{};
  std::vector<Slot> slots_;
  std::vector<Timer> due_;      ///< a heap, the next one at the front
  std::vector<Timer> waiting_;  ///< set, and not in the state yet
  Arena bytes_{16 * 1024};
  std::string key_bytes_;
  std::vector<StateKey> keys_;
  std::vector<StateEntry*> entries_;
};

}  // namespace lockstep::detail
