#include <lockstep/dstream/timer_wheel.hpp>

#include <algorithm>
#include <bit>
#include <functional>

#include <lockstep/base/hash.hpp>
#include <lockstep/dstream/state_stage.hpp>

namespace lockstep::detail {
namespace {

// The second bytes of the wheel's keys.
constexpr char kDirectoryKey = 0;  ///< alone: the wheel's time, and its slots
constexpr char kTimersKey = 1;     ///< and a slot and a number: timers
constexpr std::size_t kSlotBytes = 1 + 8 + 4;
constexpr std::size_t kTimersKeyBytes = 2 + 1 + 8 + 4;
/// As for a window's elements (pane_log.cpp).
constexpr std::size_t kTimersBytes = 48 * 1024;
constexpr std::size_t kSmallTimers = 4 * 1024;
/// Keys looked up at once.
constexpr std::uint32_t kLookUps = 256;
constexpr std::uint32_t kDigitBits = 4;

std::uint64_t numberOf(EventTime time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
EventTime wheelTime(std::uint64_t number) {
  return EventTime(std::chrono::milliseconds(static_cast<std::int64_t>(number)));
}

}  // namespace

EventTime TimerWheel::Slot::begin() const { return wheelTime(prefix << (kDigitBits * level)); }

TimerWheel::Slot TimerWheel::slotOf(EventTime time) const {
  const std::uint64_t number = numberOf(time);
  const std::uint64_t differs = number ^ numberOf(now_);
  const auto digits = static_cast<std::uint32_t>(std::bit_width(differs));
  const std::uint32_t level = digits == 0 ? 0 : (digits - 1) / kDigitBits;
  return {number >> (kDigitBits * level), level, 0};
}

void TimerWheel::begin() {
  loaded_ = changed_ = firing_ = false;
  slots_.clear();
  due_.clear();
  waiting_.clear();
  bytes_.clear();
}

void TimerWheel::add(EventTime time, std::string_view bytes) {
  const Timer timer{time, bytes_.copy(bytes)};
  if (!firing_ || time > through_) {
    waiting_.push_back(timer);
    return;
  }
  due_.push_back(timer);
  std::push_heap(due_.begin(), due_.end(), std::greater<>());
}

bool TimerWheel::pop(Timer& timer) {
  if (due_.empty()) return false;
  timer = due_.front();
  while (!due_.empty() && due_.front() == timer) {
    std::pop_heap(due_.begin(), due_.end(), std::greater<>());
    due_.pop_back();
  }
  return true;
}

Status TimerWheel::load(const Place& place) {
  if (std::exchange(loaded_, true)) return {};
  const char bytes[2] = {tag_, kDirectoryKey};
  const std::string_view key_bytes(bytes, sizeof bytes);
  const StateKey key{key_bytes, murmur2(key_bytes)};
  const StateEntry* entry = nullptr;
  LOCKSTEP_TRY(place.shard.find({&key, 1}, &entry));
  now_ = EventTime{};
  if (entry == nullptr) return {};
  std::string_view left = entry->value();
  now_ = loadTime(left.data());
  for (left.remove_prefix(8); !left.empty(); left.remove_prefix(kSlotBytes))
    slots_.push_back({loadBigEndian64(left.data() + 1), static_cast<std::uint32_t>(left[0]),
                      loadBigEndian32(left.data() + 9)});
  return {};
}

void TimerWheel::makeKeys(const Slot& slot, std::uint32_t from, std::uint32_t count) {
  key_bytes_.resize(count * kTimersKeyBytes);
  keys_.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    char* place = key_bytes_.data() + i * kTimersKeyBytes;
    place[0] = tag_;
    place[1] = kTimersKey;
    place[2] = static_cast<char>(slot.level);
    storeBigEndian(place + 3, slot.prefix);
    storeBigEndian(place + 11, from + i);
    const std::string_view bytes(place, kTimersKeyBytes);
    keys_.push_back({bytes, murmur2(bytes)});
  }
}

/// Its timers wait, or are due; the slot is gone from the state.
Status TimerWheel::empty(const Place& place, const Slot& slot) {
  for (std::uint32_t from = 0; from < slot.chunks; from += kLookUps) {
    makeKeys(slot, from, std::min(kLookUps, slot.chunks - from));
    entries_.resize(keys_.size());
    LOCKSTEP_TRY(place.shard.touch(place.batch, place.time, keys_, entries_.data()));
    for (StateEntry* entry : entries_) {
      LOCKSTEP_CHECK(entry->present(), "a slot has all the chunks it counts");
      for (std::string_view left = entry->value(); !left.empty();) {
        const std::size_t size = loadBigEndian32(left.data() + 8);
        const Timer timer{loadTime(left.data()), bytes_.copy(left.substr(12, size))};
        (timer.time <= through_ ? due_ : waiting_).push_back(timer);
        left.remove_prefix(12 + size);
      }
      place.shard.remove(*entry);
    }
  }
  return {};
}

Status TimerWheel::collect(const Place& place, EventTime through) {
  LOCKSTEP_TRY(load(place));
  through_ = through;
  const auto later = std::partition(waiting_.begin(), waiting_.end(),
                                    [&](const Timer& timer) { return timer.time <= through; });
  due_.assign(waiting_.begin(), later);
  waiting_.erase(waiting_.begin(), later);
  const auto left = std::stable_partition(
      slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.begin() <= through; });
  const std::vector<Slot> reached(slots_.begin(), left);
  slots_.erase(slots_.begin(), left);
  changed_ = changed_ || !reached.empty();
  for (const Slot& slot : reached) LOCKSTEP_TRY(empty(place, slot));
  std::make_heap(due_.begin(), due_.end(), std::greater<>());
  return {};
}

/// Adds `chunks` to the slot; a small last chunk is added to, so that quiet batches do not leave
/// one each.
Status TimerWheel::append(const Place& place, Slot& slot, std::vector<std::string>& chunks) {
  if (slot.chunks > 0) {
    makeKeys(slot, slot.chunks - 1, 1);
    const StateEntry* last = nullptr;
    LOCKSTEP_TRY(place.shard.find(keys_, &last));
    LOCKSTEP_CHECK(last != nullptr, "a slot has all the chunks it counts");
    if (last->value().size() + chunks.front().size() <= kSmallTimers) {
      chunks.front().insert(0, last->value());
      --slot.chunks;
    }
  }
  const auto count = static_cast<std::uint32_t>(chunks.size());
  for (std::uint32_t from = 0; from < count; from += kLookUps) {
    const std::uint32_t some = std::min(kLookUps, count - from);
    makeKeys(slot, slot.chunks + from, some);
    entries_.resize(some);
    LOCKSTEP_TRY(place.shard.touch(place.batch, place.time, keys_, entries_.data()));
    for (std::uint32_t i = 0; i < some; ++i) setState(place.shard, *entries_[i], chunks[from + i]);
  }
  slot.chunks += count;
  return {};
}

Status TimerWheel::appendAll(const Place& place) {
  const auto before = [](const Slot& a, const Slot& b) {
    return std::pair(a.level, a.prefix) < std::pair(b.level, b.prefix);
  };
  std::stable_sort(waiting_.begin(), waiting_.end(), [&](const Timer& a, const Timer& b) {
    return before(slotOf(a.time), slotOf(b.time));
  });
  std::vector<std::string> chunks;
  for (std::size_t i = 0; i < waiting_.size();) {
    const Slot target = slotOf(waiting_[i].time);
    chunks.assign(1, {});
    for (; i < waiting_.size() && !before(target, slotOf(waiting_[i].time)); ++i) {
      const Timer& timer = waiting_[i];
      if (chunks.back().size() + 12 + timer.bytes.size() > kTimersBytes) chunks.emplace_back();
      std::string& chunk = chunks.back();
      appendTime(chunk, timer.time);
      char size[4];
      storeBigEndian(size, static_cast<std::uint32_t>(timer.bytes.size()));
      chunk.append(size, sizeof size).append(timer.bytes);
    }
    const auto at = std::lower_bound(slots_.begin(), slots_.end(), target, before);
    const bool is_new = at == slots_.end() || before(target, *at);
    LOCKSTEP_TRY(append(place, is_new ? *slots_.insert(at, target) : *at, chunks));
  }
  waiting_.clear();
  return {};
}

Status TimerWheel::storeDirectory(const Place& place) {
  const char bytes[2] = {tag_, kDirectoryKey};
  const std::string_view key_bytes(bytes, sizeof bytes);
  const StateKey key{key_bytes, murmur2(key_bytes)};
  StateEntry* entry = nullptr;
  LOCKSTEP_TRY(place.shard.touch(place.batch, place.time, {&key, 1}, &entry));
  if (slots_.empty()) {
    place.shard.remove(*entry);
    return {};
  }
  std::string value;
  appendTime(value, now_);
  for (const Slot& slot : slots_) {
    char slot_bytes[kSlotBytes] = {static_cast<char>(slot.level)};
    storeBigEndian(slot_bytes + 1, slot.prefix);
    storeBigEndian(slot_bytes + 9, slot.chunks);
    value.append(slot_bytes, sizeof slot_bytes);
  }
  setState(place.shard, *entry, value);
  return {};
}

Status TimerWheel::commit(const Place& place, EventTime now) {
  if (waiting_.empty() && !changed_) return {};
  LOCKSTEP_TRY(load(place));
  now_ = std::max(now_, now);
  LOCKSTEP_TRY(appendAll(place));
  changed_ = false;
  return storeDirectory(place);
}

}  // namespace lockstep::detail
