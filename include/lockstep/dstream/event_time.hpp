#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <lockstep/formats/big_endian.hpp>
#include <lockstep/formats/owned.hpp>
#include <lockstep/formats/serde.hpp>
#include <lockstep/model/ids.hpp>

namespace lockstep {

/// When something happened, by the record that tells of it. From 1970 on; the resolution is 1 ms.
using EventTime = WallTime;

/// For assignTimestamps.
struct WatermarkOptions {
  std::string id = {};  ///< REQUIRED: the state's identity across restarts; part of a topic's name
  /// How much later than a later one a record may arrive and still be in time.
  std::chrono::milliseconds delay{0};
  /// A partition that has had no records for so long, in batch time, and is read to its end, no
  /// longer holds the watermark back.
  std::chrono::milliseconds idle_after{30'000};
};

/// Windows in event time; each begins and ends at whole multiples of its slide since 1970, or where
/// its session does. Its beginning belongs to it, its end does not.
struct EventWindow {
  enum class Kind : std::uint8_t { kAligned, kSession };

  /// Windows side by side.
  [[nodiscard]] static EventWindow tumbling(std::chrono::milliseconds size) {
    return {Kind::kAligned, size, size};
  }
  /// A window of that size every `slide`: an element is in size / slide of them.
  [[nodiscard]] static EventWindow sliding(std::chrono::milliseconds size,
                                           std::chrono::milliseconds slide) {
    return {Kind::kAligned, size, slide};
  }
  /// A window goes on while a key's elements are at most `gap` apart, and ends `gap` after the
  /// last.
  [[nodiscard]] static EventWindow session(std::chrono::milliseconds gap) {
    return {Kind::kSession, gap, gap};
  }

  Kind kind = Kind::kAligned;
  std::chrono::milliseconds size{0};  ///< or the gap
  std::chrono::milliseconds slide{0};
};

struct EventWindowOptions {
  std::string id = {};  ///< REQUIRED: the state's identity across restarts; part of a topic's name
  /// So long behind a window's end, in event time, its late elements still count: each batch that
  /// has some passes the window on again.
  std::chrono::milliseconds lateness{0};
  std::optional<std::uint32_t> parallelism = std::nullopt;  ///< shards, pinned at the first start
};

/// An element with its event time.
template <class T>
struct Timed {
  EventTime time;
  T value;
};

/// What a window in event time passes on: the window, [start, end), and its value.
template <class V>
struct Windowed {
  EventTime start;
  EventTime end;
  V value;

  bool operator==(const Windowed&) const = default;
};

template <class T>
struct OwnedType<Timed<T>> {
  using type = Timed<Owned<T>>;
};
template <class V>
struct OwnedType<Windowed<V>> {
  using type = Windowed<Owned<V>>;
};

namespace detail {

template <class T>
struct Ownership<Timed<T>> {
  static Owned<Timed<T>> own(const Timed<T>& timed) { return {timed.time, toOwned(timed.value)}; }
  static Timed<T> view(const Owned<Timed<T>>& owned) {
    return {owned.time, viewOf<T>(owned.value)};
  }
};
template <class V>
struct Ownership<Windowed<V>> {
  static Owned<Windowed<V>> own(const Windowed<V>& w) { return {w.start, w.end, toOwned(w.value)}; }
  static Windowed<V> view(const Owned<Windowed<V>>& w) {
    return {w.start, w.end, viewOf<V>(w.value)};
  }
};

inline void storeTime(char* place, EventTime time) {
  storeBigEndian(place, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}
[[nodiscard]] inline EventTime loadTime(const char* place) {
  return EventTime(std::chrono::milliseconds(static_cast<std::int64_t>(loadBigEndian64(place))));
}
inline void appendTime(std::string& out, EventTime time) {
  char bytes[8];
  storeTime(bytes, time);
  out.append(bytes, sizeof bytes);
}

}  // namespace detail

/// Beginning and end (8 bytes each, big endian), then the value.
template <class V>
struct Serde<Windowed<V>> {
  static constexpr std::string_view kTypeName = "windowed";
  void append(std::string& out, const Windowed<V>& windowed) const {
    detail::appendTime(out, windowed.start);
    detail::appendTime(out, windowed.end);
    Serde<V>{}.append(out, windowed.value);
  }
  [[nodiscard]] Windowed<V> read(std::string_view bytes) const {
    if (bytes.size() < 16) detail::throwWrongSize(kTypeName, 16, bytes.size());
    return {detail::loadTime(bytes.data()), detail::loadTime(bytes.data() + 8),
            Serde<V>{}.read(bytes.substr(16))};
  }
};

}  // namespace lockstep
