#pragma once

#include <optional>
#include <string_view>

namespace lockstep {

/// One setting, defined once: the loader, lint and the reference page are made from it.
///
/// T decides type and unit: std::chrono::nanoseconds is a duration, Bytes a size, an unsigned
/// integer a count, bool, std::string a text; an enumeration is a choice (its names are declared by
/// the reader). Every string lives for ever (literals).
template <class T>
struct Setting {
  std::string_view path;  ///< as written in the file: "batch.interval"
  std::string_view text;  ///< one line for the reference page, without a full stop
  /// Used when the file says nothing. Empty: required, optional, or computed (see fallback_text).
  std::optional<T> fallback{};
  /// Shown instead of `fallback`: "cores", "max(60s, 3 x batch.interval)".
  std::string_view fallback_text{};
  std::optional<T> min{};  ///< smallest legal value, included
  std::optional<T> max{};  ///< largest legal value, included
  bool required = false;

  /// True when `value` lies within min and max.
  [[nodiscard]] constexpr bool allows(const T& value) const {
    return !(min && value < *min) && !(max && *max < value);
  }
};

}  // namespace lockstep
