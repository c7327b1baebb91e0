#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace lockstep {

/// An integer that cannot be mixed up with another: `struct OffsetTag; using Offset =
/// Strong<OffsetTag, std::int64_t>;`
///
/// Explicit in, explicit out (`value()`); compares and hashes like the number. Add arithmetic as a
/// free function beside the type that needs it, never here: an offset plus an offset means nothing.
template <class Tag, class Rep>
class Strong {
 public:
  using rep = Rep;

  constexpr Strong() = default;
  constexpr explicit Strong(Rep value) : value_(value) {}

  [[nodiscard]] constexpr Rep value() const { return value_; }
  constexpr auto operator<=>(const Strong&) const = default;

 private:
  Rep value_{};
};

}  // namespace lockstep

template <class Tag, class Rep>
struct std::hash<lockstep::Strong<Tag, Rep>> {
  std::size_t operator()(const lockstep::Strong<Tag, Rep>& strong) const noexcept {
    return std::hash<Rep>{}(strong.value());
  }
};
