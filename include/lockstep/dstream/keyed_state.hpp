#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lockstep/dstream/keyed_entries.hpp>
#include <lockstep/dstream/keyed_fold.hpp>
#include <lockstep/formats/serde.hpp>

namespace lockstep {

namespace detail {

/// `value` as the state keeps it.
template <class T>
[[nodiscard]] std::string stateBytes(const T& value) {
  std::string bytes;
  Serde<T>{}.append(bytes, value);
  return bytes;
}

/// The base of what has a name in the state: with the context it gives the state `Of` the key at
/// hand.
template <class Of>
class NamedState {
 public:
  using OfKey = Of;

  explicit NamedState(std::string name) : name_(std::move(name)) {}

  template <class Context>
  [[nodiscard]] OfKey operator()(Context& context) const {
    return ofEntries(context.entries());
  }
  /// For PartitionState.
  [[nodiscard]] OfKey ofEntries(KeyedEntries& entries) const {
    return OfKey(NamedEntries(name_, entries));
  }

 private:
  std::string name_;
};

template <class T>
class ValueOfKey {
 public:
  explicit ValueOfKey(NamedEntries entries) : entries_(entries) {}

  [[nodiscard]] std::optional<Owned<T>> get() const {
    const auto bytes = entries_.get();
    if (!bytes) return std::nullopt;
    return toOwned<T>(Serde<T>{}.read(*bytes));
  }
  [[nodiscard]] Owned<T> getOr(Owned<T> otherwise) const {
    auto value = get();
    return value ? std::move(*value) : std::move(otherwise);
  }
  void set(const T& value) { entries_.set({}, stateBytes<T>(value)); }
  void clear() { entries_.remove(); }

 private:
  NamedEntries entries_;
};

template <class T>
class ListOfKey {
 public:
  explicit ListOfKey(NamedEntries entries) : entries_(entries) {}

  [[nodiscard]] std::int64_t size() const {
    const auto bytes = entries_.get();
    return bytes ? Serde<std::int64_t>{}.read(*bytes) : 0;
  }
  void add(const T& value) {
    const std::int64_t count = size();
    entries_.set(stateBytes(count), stateBytes<T>(value));
    entries_.set({}, stateBytes(count + 1));
  }
  [[nodiscard]] std::vector<Owned<T>> get() const {
    std::vector<Owned<T>> values;
    const std::int64_t count = size();
    for (std::int64_t i = 0; i < count; ++i)
      values.push_back(toOwned<T>(Serde<T>{}.read(entries_.get(stateBytes(i)).value())));
    return values;
  }
  void clear() {
    for (std::int64_t i = size(); i-- > 0;) entries_.remove(stateBytes(i));
    entries_.remove();
  }

 private:
  NamedEntries entries_;
};

template <class K, class V>
class MapOfKey {
 public:
  explicit MapOfKey(NamedEntries entries) : entries_(entries) {}

  [[nodiscard]] std::optional<Owned<V>> get(const K& key) const {
    const auto bytes = entries_.get(part(key));
    if (!bytes) return std::nullopt;
    return toOwned<V>(Serde<V>{}.read(*bytes));
  }
  [[nodiscard]] bool contains(const K& key) const { return entries_.get(part(key)).has_value(); }
  void put(const K& key, const V& value) {
    const std::string part_bytes = part(key);
    if (!entries_.get(part_bytes)) setKeys([&](Keys& keys) { keys.push_back(toOwned<K>(key)); });
    entries_.set(part_bytes, stateBytes<V>(value));
  }
  void remove(const K& key) {
    const std::string part_bytes = part(key);
    if (!entries_.get(part_bytes)) return;
    entries_.remove(part_bytes);
    setKeys([&](Keys& keys) { std::erase(keys, toOwned<K>(key)); });
  }
  /// Costs what the map has keys; put() of a new key and remove(), too.
  [[nodiscard]] std::vector<Owned<K>> keys() const {
    const auto bytes = entries_.get();
    return bytes ? Serde<Keys>{}.read(*bytes) : Keys();
  }
  void clear() {
    for (const auto& key : keys()) entries_.remove(part(viewOf<K>(key)));
    entries_.remove();
  }

 private:
  using Keys = std::vector<Owned<K>>;

  /// Never empty: that is the list of keys.
  static std::string part(const K& key) {
    std::string bytes(1, 'k');
    Serde<K>{}.append(bytes, key);
    return bytes;
  }
  template <class Change>
  void setKeys(const Change& change) {
    Keys all = keys();
    change(all);
    if (all.empty()) return entries_.remove();
    entries_.set({}, stateBytes(all));
  }

  NamedEntries entries_;
};

}  // namespace detail

/// Keyed state for `process` (process.hpp): each is a name with a type, a constant member of the
/// process function. With the context it gives the state of the key at hand:
/// `seen_(context).get()`. Names are unique within a function, 1 to 255 bytes, and stay the same:
/// they are the state's identity. What a call changes is taken back when the function throws.
/// REQUIRES: Serde of the types.
///
/// One value.
template <class T>
class ValueState : public detail::NamedState<detail::ValueOfKey<T>> {
 public:
  using detail::NamedState<detail::ValueOfKey<T>>::NamedState;
};

/// A list that is read and cleared as a whole; adding to it does not read it.
template <class T>
class ListState : public detail::NamedState<detail::ListOfKey<T>> {
 public:
  using detail::NamedState<detail::ListOfKey<T>>::NamedState;
};

/// Values by keys of their own, each of which is read and written alone. In order of first put.
template <class K, class V>
class MapState : public detail::NamedState<detail::MapOfKey<K, V>> {
 public:
  using detail::NamedState<detail::MapOfKey<K, V>>::NamedState;
};

/// A value that add(v) folds into: by `F`(C, V) -> C, from `zero` on. REQUIRES: C owns its bytes.
template <class C, class V, class F>
class AggregatingState {
  static_assert(std::is_same_v<Owned<C>, C>, "what is combined owns its bytes");

 public:
  AggregatingState(std::string name, C zero, F function)
      : value_(std::move(name)), zero_(std::move(zero)), function_(std::move(function)) {}

  class OfKey {
   public:
    OfKey(typename ValueState<C>::OfKey value, const AggregatingState& state)
        : value_(value), state_(state) {}
    [[nodiscard]] C get() const { return value_.getOr(state_.zero_); }
    void add(const V& value) {
      C combined = get();
      detail::foldInto<C>(state_.function_, combined, value);
      value_.set(combined);
    }
    void clear() { value_.clear(); }

   private:
    typename ValueState<C>::OfKey value_;
    const AggregatingState& state_;
  };

  template <class Context>
  [[nodiscard]] OfKey operator()(Context& context) const {
    return OfKey(value_(context), *this);
  }

 private:
  ValueState<C> value_;
  C zero_;
  F function_;
};

/// The same for values of one type, without a zero: the first value stands for itself.
template <class T, class F>
class ReducingState {
 public:
  ReducingState(std::string name, F function)
      : value_(std::move(name)), function_(std::move(function)) {}

  class OfKey {
   public:
    OfKey(typename ValueState<T>::OfKey value, const F& function)
        : value_(value), function_(function) {}
    [[nodiscard]] std::optional<T> get() const { return value_.get(); }
    void add(const T& value) {
      auto combined = value_.get();
      value_.set(combined ? T(function_(*combined, value)) : value);
    }
    void clear() { value_.clear(); }

   private:
    typename ValueState<T>::OfKey value_;
    const F& function_;
  };

  template <class Context>
  [[nodiscard]] OfKey operator()(Context& context) const {
    return OfKey(value_(context), function_);
  }

 private:
  ValueState<T> value_;
  F function_;
};

/// One value per partition of the operator instead of per key: what Flink calls operator state. A
/// partition is a shard; a value of the whole stream is the sum, or whatever it is, of all.
template <class T>
class PartitionState {
 public:
  explicit PartitionState(std::string name) : value_(std::move(name)) {}

  template <class Context>
  [[nodiscard]] typename ValueState<T>::OfKey operator()(Context& context) const {
    return value_.ofEntries(context.partitionEntries());
  }

 private:
  ValueState<T> value_;
};

}  // namespace lockstep
