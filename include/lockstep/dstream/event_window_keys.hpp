#pragma once

#include <chrono>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>

#include <lockstep/base/hash.hpp>
#include <lockstep/dstream/event_time.hpp>
#include <lockstep/dstream/shuffle_write.hpp>

namespace lockstep::detail {

// The first bytes of the keys in the state of a window in event time.
inline constexpr char kTimersTag = 0;
inline constexpr char kWindowTag = 1;

/// Where aligned windows in event time begin and end, and the panes that they are made of: as wide
/// as the greatest common divisor of size and slide, so that every window is a number of whole
/// panes and an element is in exactly one. Panes and windows are called by their ends, which belong
/// to the next. REQUIRES: size and slide are positive, times not before 1970.
struct EventPanes {
  std::chrono::milliseconds size{0};
  std::chrono::milliseconds slide{0};

  [[nodiscard]] std::chrono::milliseconds width() const {
    return std::chrono::milliseconds(std::gcd(size.count(), slide.count()));
  }
  [[nodiscard]] EventTime paneOf(EventTime time) const {
    return EventTime((time.time_since_epoch() / width() + 1) * width());
  }
  /// The first window that holds the pane; later than the last one when none does.
  [[nodiscard]] EventTime firstWindow(EventTime pane) const {
    return EventTime((pane.time_since_epoch() + slide - std::chrono::milliseconds(1)) / slide *
                     slide);
  }
  [[nodiscard]] EventTime lastWindow(EventTime pane) const {
    return EventTime((pane.time_since_epoch() + size - std::chrono::milliseconds(1)) / slide *
                     slide);
  }
  [[nodiscard]] bool holds(EventTime pane) const { return firstWindow(pane) <= lastWindow(pane); }
  /// The first window that holds the pane and ends after `time`.
  [[nodiscard]] EventTime firstWindowAfter(EventTime pane, EventTime time) const {
    const EventTime next((time.time_since_epoch() / slide + 1) * slide);
    return std::max(firstWindow(pane), next);
  }
};

/// A key in a pane: what a shuffle sends, and the key of the pane's value in the state.
template <class K>
struct PaneKey {
  EventTime pane;
  K key;
};

inline constexpr std::size_t kPaneKeyHead = 1 + 8;  ///< bytes before the key's own

/// kWindowTag, the pane's end, the key. The key alone chooses the shard.
template <class KeySerde>
struct PaneKeySerde {
  KeySerde keys;

  template <class K>
  void append(std::string& out, const PaneKey<K>& key) const {
    out.push_back(kWindowTag);
    appendTime(out, key.pane);
    keys.append(out, key.key);
  }
  [[nodiscard]] std::uint32_t kafkaHash(std::string_view bytes) const {
    const std::string_view key = bytes.substr(kPaneKeyHead);
    return shardHash(keys, key, murmur2(key));
  }
};

/// kWindowTag, the key.
template <class KeySerde>
struct TaggedKeySerde {
  KeySerde keys;

  template <class K>
  void append(std::string& out, const K& key) const {
    out.push_back(kWindowTag);
    keys.append(out, key);
  }
  [[nodiscard]] std::uint32_t kafkaHash(std::string_view bytes) const {
    const std::string_view key = bytes.substr(1);
    return shardHash(keys, key, murmur2(key));
  }
};

/// The time, then the value.
template <class ValueSerde>
struct TimedSerde {
  ValueSerde values;

  template <class V>
  void append(std::string& out, const Timed<V>& timed) const {
    appendTime(out, timed.time);
    values.append(out, timed.value);
  }
};

}  // namespace lockstep::detail
