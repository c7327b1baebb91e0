#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace lockstep {

namespace detail {

struct BeginsWithFirst {
  template <class N>
  static N first(N value) {
    return value;
  }
};

}  // namespace detail

/// Built-in state updates: `updateStateByKey(reduction::Sum{}, ...)`. Each says what a state
/// becomes with one more value; the first value of a key becomes first(value). Longs wrap around,
/// as in Java. Idle means unchanged.
namespace reduction {

struct Sum : detail::BeginsWithFirst {
  static constexpr std::string_view kName = "sum";
  template <class N>
  static N next(N state, N value) {
    if constexpr (std::is_integral_v<N>)
      return static_cast<N>(static_cast<std::make_unsigned_t<N>>(state) +
                            static_cast<std::make_unsigned_t<N>>(value));
    else
      return state + value;
  }
};

/// Counts values of any type; the state is a long.
struct Count {
  static constexpr std::string_view kName = "count";
};

struct Min : detail::BeginsWithFirst {
  static constexpr std::string_view kName = "min";
  template <class N>
  static N next(N state, N value) {
    return value < state ? value : state;
  }
};

struct Max : detail::BeginsWithFirst {
  static constexpr std::string_view kName = "max";
  template <class N>
  static N next(N state, N value) {
    return state < value ? value : state;
  }
};

struct Last : detail::BeginsWithFirst {
  static constexpr std::string_view kName = "last";
  template <class N>
  static N next(N, N value) {
    return value;
  }
};

}  // namespace reduction

template <class R>
concept BuiltInReduction = std::is_same_v<R, reduction::Sum> ||
    std::is_same_v<R, reduction::Count> || std::is_same_v<R, reduction::Min> ||
    std::is_same_v<R, reduction::Max> || std::is_same_v<R, reduction::Last>;

}  // namespace lockstep
