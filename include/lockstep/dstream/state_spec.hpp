#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lockstep/dstream/state.hpp>
#include <lockstep/formats/owned.hpp>
#include <lockstep/model/ids.hpp>
#include <lockstep/rdd/task_context.hpp>

namespace lockstep {

namespace detail {

template <class A>
struct StateOf;
template <class S>
struct StateOf<State<S>&> {
  using type = S;
};

/// What a function of mapWithState takes and gives.
template <class R, class K, class V, class S>
struct MappingTypes {
  using Result = std::decay_t<R>;
  using Key = std::decay_t<K>;
  using Value = std::decay_t<V>;  ///< an optional
  using StateType = typename StateOf<S>::type;
};
template <class F>
struct Mapping : Mapping<decltype(&F::operator())> {};
template <class C, class R, class K, class V, class S>
struct Mapping<R (C::*)(K, V, S) const> : MappingTypes<R, K, V, S> {};
template <class C, class R, class First, class K, class V, class S>
struct Mapping<R (C::*)(First, K, V, S) const> : MappingTypes<R, K, V, S> {};
template <class R, class K, class V, class S>
struct Mapping<R (*)(K, V, S)> : MappingTypes<R, K, V, S> {};
template <class R, class First, class K, class V, class S>
struct Mapping<R (*)(First, K, V, S)> : MappingTypes<R, K, V, S> {};

/// What passes on: M of a function that gives M or std::optional<M>.
template <class R>
struct MappedType {
  using type = R;
};
template <class M>
struct MappedType<std::optional<M>> {
  using type = M;
};

}  // namespace detail

template <class F>
class StateSpecOf;

/// What mapWithState does; Spark's StateSpec:
///   StateSpec::function(f).id("sessions").timeout(std::chrono::minutes(30))
///
/// The function is f(key, std::optional<V> value, State<S>& state), or the same behind a first
/// argument BatchTime or TaskContext&. It is called once per element, in order of arrival, with the
/// element's value; and once for a key that times out, with no value and state.isTimingOut(). What
/// it returns is passed on: M, or std::optional<M> to pass on only some. M may view the key and the
/// value, and bytes in the context's arena, but not the state.
struct StateSpec {
  template <class F>
  [[nodiscard]] static StateSpecOf<F> function(F f);
};

template <class F>
class StateSpecOf {
  using Types = detail::Mapping<F>;

 public:
  using Key = typename Types::Key;
  using S = typename Types::StateType;
  using InitialState = std::vector<std::pair<Owned<Key>, Owned<S>>>;

  explicit StateSpecOf(F f) : function_(std::move(f)) {}

  /// REQUIRED: the state's identity across restarts; part of a topic's name.
  StateSpecOf& id(std::string id) {
    id_ = std::move(id);
    return *this;
  }
  /// Keys that have a state before the first batch. They are taken once in the life of the
  /// application's state: never again after a restart, nor when they were removed. They age from
  /// that first batch on, show in stateSnapshots(), and reach the function with their first value
  /// or time-out. Of several values for a key the last counts.
  StateSpecOf& initialState(InitialState keys) {
    initial_state_ = std::move(keys);
    return *this;
  }
  /// A key whose last call is longer ago than this, by batch time, times out: checked whenever a
  /// tick closes. Any call counts, also one that writes nothing. REQUIRES: more than 0.
  StateSpecOf& timeout(std::chrono::milliseconds duration) {
    timeout_ = duration;
    return *this;
  }
  /// Shards; pinned at the first start. Default: the graph's.
  StateSpecOf& numPartitions(std::uint32_t shards) {
    shards_ = shards;
    return *this;
  }

  [[nodiscard]] const F& function() const { return function_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const InitialState& initialState() const { return initial_state_; }
  [[nodiscard]] std::optional<std::chrono::milliseconds> timeout() const { return timeout_; }
  [[nodiscard]] std::optional<std::uint32_t> numPartitions() const { return shards_; }

 private:
  F function_;
  std::string id_;
  InitialState initial_state_;
  std::optional<std::chrono::milliseconds> timeout_;
  std::optional<std::uint32_t> shards_;
};

template <class F>
StateSpecOf<F> StateSpec::function(F f) {
  return StateSpecOf<F>(std::move(f));
}

}  // namespace lockstep
