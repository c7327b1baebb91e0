#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/base/hash.hpp>
#include <lockstep/dstream/keyed_fold.hpp>
#include <lockstep/dstream/state_stage.hpp>
#include <lockstep/formats/serde.hpp>

namespace lockstep {

namespace detail {

/// The state of one key, or of a partition, while `process` works on it: entries by name and, of
/// maps and lists, by part. Thread: the shard's worker.
class KeyedEntries {
 public:
  /// `tag`: the first byte of the entries.
  explicit KeyedEntries(char tag) : tag_(tag) {}

  void begin(StateShard& shard, BatchId batch, BatchTime time);
  /// What follows is of this key, until the next call; changes can be taken back.
  void beginCall(std::string_view key);
  /// Takes back what changed since beginCall().
  Status takeBack();
  /// What went wrong with the state itself since beginCall(); it ends the task, not the record.
  [[nodiscard]] const Status& failure() const { return failure_; }

  /// For the types of state. Throw when the state fails. The view holds until the next call.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name,
                                                    std::string_view part = {});
  void set(std::string_view name, std::string_view part, std::string_view value);
  void remove(std::string_view name, std::string_view part = {});

 private:
  void makeKey(std::string_view name, std::string_view part);
  StateEntry& touch();
  Status touchKey(std::string_view bytes, StateEntry*& entry);
  void check(Status status);

  const char tag_;
  StateShard* shard_ = nullptr;
  BatchId batch_;
  BatchTime time_;
  std::string prefix_;  ///< of the key's entries
  std::string key_;     ///< of the entry at hand
  /// What the call has changed, as it was.
  std::vector<std::pair<std::string, std::optional<std::string>>> before_;
  Status failure_;
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
class ValueState {
 public:
  explicit ValueState(std::string name) : name_(std::move(name)) {}

  class OfKey {
   public:
    OfKey(const std::string& name, detail::KeyedEntries& entries)
        : name_(name), entries_(entries) {}
    [[nodiscard]] std::optional<Owned<T>> get() const {
      const auto bytes = entries_.get(name_);
      if (!bytes) return std::nullopt;
      return toOwned<T>(Serde<T>{}.read(*bytes));
    }
    [[nodiscard]] Owned<T> getOr(Owned<T> otherwise) const {
      auto value = get();
      return value ? std::move(*value) : std::move(otherwise);
    }
    void set(const T& value) {
      std::string bytes;
      Serde<T>{}.append(bytes, value);
      entries_.set(name_, {}, bytes);
    }
    void clear() { entries_.remove(name_); }

   private:
    const std::string& name_;
    detail::KeyedEntries& entries_;
  };

  template <class Context>
  [[nodiscard]] OfKey operator()(Context& context) const {
    return OfKey(name_, context.entries());
  }
  /// For PartitionState.
  [[nodiscard]] OfKey ofEntries(detail::KeyedEntries& entries) const {
    return OfKey(name_, entries);
  }

 private:
  std::string name_;
};

/// A list that is read and cleared as a whole; adding to it does not read it.
template <class T>
class ListState {
 public:
  explicit ListState(std::string name) : name_(std::move(name)) {}

  class OfKey {
   public:
    OfKey(const std::string& name, detail::KeyedEntries& entries)
        : name_(name), entries_(entries) {}
    [[nodiscard]] std::int64_t size() const {
      const auto bytes = entries_.get(name_);
      return bytes ? Serde<std::int64_t>{}.read(*bytes) : 0;
    }
    void add(const T& value) {
      const std::int64_t count = size();
      std::string bytes;
      Serde<T>{}.append(bytes, value);
      entries_.set(name_, number(count), bytes);
      entries_.set(name_, {}, number(count + 1));
    }
    [[nodiscard]] std::vector<Owned<T>> get() const {
      std::vector<Owned<T>> values;
      const std::int64_t count = size();
      for (std::int64_t i = 0; i < count; ++i)
        values.push_back(toOwned<T>(Serde<T>{}.read(entries_.get(name_, number(i)).value())));
      return values;
    }
    void clear() {
      for (std::int64_t i = size(); i-- > 0;) entries_.remove(name_, number(i));
      entries_.remove(name_);
    }

   private:
    static std::string number(std::int64_t count) {
      std::string bytes;
      Serde<std::int64_t>{}.append(bytes, count);
      return bytes;
    }
    const std::string& name_;
    detail::KeyedEntries& entries_;
  };

  template <class Context>
  [[nodiscard]] OfKey operator()(Context& context) const {
    return OfKey(name_, context.entries());
  }

 private:
  std::string name_;
};

/// Values by keys of their own, each of which is read and written alone. In order of first put.
template <class K, class V>
class MapState {
 public:
  explicit MapState(std::string name) : name_(std::move(name)) {}

  class OfKey {
   public:
    OfKey(const std::string& name, detail::KeyedEntries& entries)
        : name_(name), entries_(entries) {}
    [[nodiscard]] std::optional<Owned<V>> get(const K& key) const {
      const auto bytes = entries_.get(name_, part(key));
      if (!bytes) return std::nullopt;
      return toOwned<V>(Serde<V>{}.read(*bytes));
    }
    [[nodiscard]] bool contains(const K& key) const {
      return entries_.get(name_, part(key)).has_value();
    }
    void put(const K& key, const V& value) {
      const std::string part_bytes = part(key);
      if (!entries_.get(name_, part_bytes)) setKeys([&](Keys& keys) { keys.push_back(own(key)); });
      std::string bytes;
      Serde<V>{}.append(bytes, value);
      entries_.set(name_, part_bytes, bytes);
    }
    void remove(const K& key) {
      const std::string part_bytes = part(key);
      if (!entries_.get(name_, part_bytes)) return;
      entries_.remove(name_, part_bytes);
      setKeys([&](Keys& keys) { std::erase(keys, own(key)); });
    }
    /// Costs what the map has keys; put() of a new key and remove(), too.
    [[nodiscard]] std::vector<Owned<K>> keys() const {
      const auto bytes = entries_.get(name_);
      return bytes ? Serde<Keys>{}.read(*bytes) : Keys();
    }
    void clear() {
      for (const auto& key : keys()) entries_.remove(name_, part(viewOf<K>(key)));
      entries_.remove(name_);
    }

   private:
    using Keys = std::vector<Owned<K>>;
    static Owned<K> own(const K& key) { return toOwned<K>(key); }
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
      if (all.empty()) return entries_.remove(name_);
      std::string bytes;
      Serde<Keys>{}.append(bytes, all);
      entries_.set(name_, {}, bytes);
    }
    const std::string& name_;
    detail::KeyedEntries& entries_;
  };

  template <class Context>
  [[nodiscard]] OfKey operator()(Context& context) const {
    return OfKey(name_, context.entries());
  }

 private:
  std::string name_;
};

/// A value that add(v) folds into: by `F`(C, V) -> C, from `zero` on.
template <class C, class V, class F>
class AggregatingState {
 public:
  AggregatingState(std::string name, C zero, F function)
      : name_(std::move(name)), zero_(std::move(zero)), function_(std::move(function)) {}

  class OfKey {
   public:
    OfKey(const AggregatingState& state, detail::KeyedEntries& entries)
        : state_(state), entries_(entries) {}
    [[nodiscard]] C get() const {
      const auto bytes = entries_.get(state_.name_);
      return bytes ? Serde<C>{}.read(*bytes) : state_.zero_;
    }
    void add(const V& value) {
      C combined = get();
      detail::foldInto<C>(state_.function_, combined, value);
      std::string bytes;
      Serde<C>{}.append(bytes, combined);
      entries_.set(state_.name_, {}, bytes);
    }
    void clear() { entries_.remove(state_.name_); }

   private:
    const AggregatingState& state_;
    detail::KeyedEntries& entries_;
  };

  template <class Context>
  [[nodiscard]] OfKey operator()(Context& context) const {
    return OfKey(*this, context.entries());
  }

 private:
  std::string name_;
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
