#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lockstep {

/// The type that keeps a T beyond the stage that made it: views become owners, member by member,
/// everything else stays itself. Specialise OwnedType for your own view types.
template <class T>
struct OwnedType {
  using type = T;
};
template <>
struct OwnedType<std::string_view> {
  using type = std::string;
};
template <class A, class B>
struct OwnedType<std::pair<A, B>> {
  using type = std::pair<typename OwnedType<A>::type, typename OwnedType<B>::type>;
};
template <class T>
struct OwnedType<std::optional<T>> {
  using type = std::optional<typename OwnedType<T>::type>;
};
template <class T>
struct OwnedType<std::vector<T>> {
  using type = std::vector<typename OwnedType<T>::type>;
};
template <class T>
using Owned = typename OwnedType<T>::type;

/// Copies what `value` points to.
template <class T>
[[nodiscard]] Owned<T> toOwned(const T& value) {
  return Owned<T>(value);
}
template <class T>
[[nodiscard]] Owned<std::vector<T>> toOwned(const std::vector<T>& values) {
  Owned<std::vector<T>> owned;
  owned.reserve(values.size());
  for (const auto& value : values) owned.push_back(toOwned(value));
  return owned;
}

/// The view of an owned value, as user functions expect it; valid while `owned` lives.
template <class T>
[[nodiscard]] T viewOf(const Owned<T>& owned) {
  return T(owned);
}

}  // namespace lockstep
