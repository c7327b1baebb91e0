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

namespace detail {

/// How to copy between T and Owned<T>: one converts to the other, parts part by part.
template <class T>
struct Ownership {
  static Owned<T> own(const T& value) { return Owned<T>(value); }
  static T view(const Owned<T>& owned) { return T(owned); }
};
template <class A, class B>
struct Ownership<std::pair<A, B>> {
  using Pair = std::pair<A, B>;
  static Owned<Pair> own(const Pair& value) {
    return {Ownership<A>::own(value.first), Ownership<B>::own(value.second)};
  }
  static Pair view(const Owned<Pair>& owned) {
    return {Ownership<A>::view(owned.first), Ownership<B>::view(owned.second)};
  }
};
template <class T>
struct Ownership<std::optional<T>> {
  using Optional = std::optional<T>;
  static Owned<Optional> own(const Optional& value) {
    return value ? Owned<Optional>(Ownership<T>::own(*value)) : std::nullopt;
  }
  static Optional view(const Owned<Optional>& owned) {
    return owned ? Optional(Ownership<T>::view(*owned)) : std::nullopt;
  }
};
template <class T>
struct Ownership<std::vector<T>> {
  using List = std::vector<T>;
  static Owned<List> own(const List& values) {
    Owned<List> owned;
    owned.reserve(values.size());
    for (const auto& value : values) owned.push_back(Ownership<T>::own(value));
    return owned;
  }
  static List view(const Owned<List>& owned) {
    List values;
    values.reserve(owned.size());
    for (const auto& value : owned) values.push_back(Ownership<T>::view(value));
    return values;
  }
};

}  // namespace detail

/// Copies what `value` points to.
template <class T>
[[nodiscard]] Owned<T> toOwned(const T& value) {
  if constexpr (std::is_same_v<Owned<T>, T>)
    return value;
  else
    return detail::Ownership<T>::own(value);
}

/// The view of an owned value, as user functions expect it; valid while `owned` lives. What views
/// nothing comes as it is, without a copy.
template <class T>
[[nodiscard]] decltype(auto) viewOf(const Owned<T>& owned) {
  if constexpr (std::is_same_v<Owned<T>, T>)
    return (owned);
  else
    return detail::Ownership<T>::view(owned);
}

}  // namespace lockstep
