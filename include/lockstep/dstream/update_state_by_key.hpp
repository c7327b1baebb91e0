#pragma once

#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <lockstep/dstream/combining_write.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/reduction_stage.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/update_function_stage.hpp>
#include <lockstep/dstream/wire_state.hpp>

namespace lockstep {

/// updateStateByKey gives a stream of (key, optional state). With Emit::kAll the state is always
/// there; with Emit::kChanged a key that was removed passes once without one, and a Kafka output
/// writes it as a tombstone (null value).
///
/// The function: f(std::span<const V> values, std::optional<S> state) -> std::optional<S>, or with
/// the key and the context: f(const K&, std::span<const V>, std::optional<S>, TaskContext&). It is
/// called once per key and batch with all of the key's values in order of arrival, and for idle
/// keys, with no values, when a tick closes. One that throws leaves the key's state as it was.

namespace detail {

/// S of an update function f(span, optional<S>).
template <class F>
struct UpdateState : UpdateState<decltype(&F::operator())> {};
template <class C, class R, class A, class S>
struct UpdateState<R (C::*)(A, std::optional<S>) const> {
  using type = S;
};
template <class C, class R, class A, class S>
struct UpdateState<R (C::*)(A, const std::optional<S>&) const> {
  using type = S;
};
template <class R, class A, class S>
struct UpdateState<R (*)(A, std::optional<S>)> {
  using type = S;
};
template <class C, class R, class K, class A, class S>
struct UpdateState<R (C::*)(K, A, std::optional<S>, TaskContext&) const> {
  using type = S;
};

}  // namespace detail

/// updateStateByKey with formats of the caller's choice. A serde that only knows its type's name at
/// run time has a member typeName() in place of kTypeName.
template <class S, class K, class V, class F, class Serdes>
DStream<std::pair<K, std::optional<S>>> updateStateByKeyAs(const DStream<std::pair<K, V>>& stream,
                                                           F function, const StateOptions& options,
                                                           Serdes serdes,
                                                           detail::InitialState initial = {}) {
  using OwnStage = detail::UpdateFunctionStage<K, V, S, F, Serdes>;
  auto& node = stream.graph()->lineage().template add<OwnStage>(
      options.id, stream.rdd(), options, serdes, std::move(function), std::move(initial));
  using Near =
      detail::PairTerminal<K, V, typename Serdes::Key, typename Serdes::Value, detail::NoCombine>;
  detail::wireState<Near>(stream, node,
                          {options.id, 1, "updateStateByKey", detail::typeName(serdes.key),
                           detail::typeName(serdes.state), ""},
                          options.parallelism, serdes.key, serdes.value, detail::NoCombine{});
  return {stream.graph(), node};
}

/// A built-in reduction with a key format of the caller's choice; V is a long or a double, or any
/// type for reduction::Count.
template <class R, class K, class V, class KeySerde>
auto reduceStateByKeyAs(const DStream<std::pair<K, V>>& stream, R, const StateOptions& options,
                        KeySerde keys, detail::InitialState initial = {}) {
  constexpr bool kCounts = std::is_same_v<R, reduction::Count>;
  static_assert(kCounts || std::is_same_v<V, std::int64_t> || std::is_same_v<V, double>,
                "built-in reductions work on std::int64_t and double");
  using OwnStage = detail::ReductionStage<K, V, R, KeySerde>;
  auto& node = stream.graph()->lineage().template add<OwnStage>(options.id, stream.rdd(), options,
                                                                keys, std::move(initial));
  const StateDeclaration declaration{options.id,
                                     1,
                                     "updateStateByKey",
                                     detail::typeName(keys),
                                     detail::typeName(Serde<typename OwnStage::State>{}),
                                     std::string(R::kName)};
  if constexpr (std::is_same_v<typename OwnStage::State, std::int64_t>)
    detail::wireState<detail::CombiningTerminal<K, V, R, KeySerde>>(stream, node, declaration,
                                                                    options.parallelism, keys);
  else
    detail::wireState<detail::PairTerminal<K, V, KeySerde, Serde<V>, detail::NoCombine>>(
        stream, node, declaration, options.parallelism, keys, Serde<V>{}, detail::NoCombine{});
  return DStream<typename OwnStage::Element>(stream.graph(), node);
}

template <class T>
template <class F>
requires(!BuiltInReduction<F>) auto DStream<T>::updateStateByKey(
    F f, const StateOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "updateStateByKey needs a stream of pairs");
  using K = detail::KeyOf<T>;
  using V = detail::ValueOf<T>;
  using S = typename detail::UpdateState<F>::type;
  return updateStateByKeyAs<S>(*this, std::move(f), options,
                               StateSerdes<Serde<K>, Serde<V>, Serde<S>>{});
}

template <class T>
template <class F>
requires BuiltInReduction<F>
auto DStream<T>::updateStateByKey(F reduction, const StateOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "updateStateByKey needs a stream of pairs");
  return reduceStateByKeyAs(*this, reduction, options, Serde<detail::KeyOf<T>>{});
}

template <class T>
template <class F, class InitialKey, class InitialValue>
auto DStream<T>::updateStateByKey(
    F f, const StateOptions& options,
    const std::vector<std::pair<InitialKey, InitialValue>>& initial) const {
  static_assert(detail::PairTypes<T>::kIsPair, "updateStateByKey needs a stream of pairs");
  using K = detail::KeyOf<T>;
  using V = detail::ValueOf<T>;
  static_assert(std::is_same_v<InitialKey, Owned<K>>, "the initial keys are those of the stream");
  const auto encoded = [&initial]<class S>(std::type_identity<S>) {
    static_assert(std::is_same_v<InitialValue, Owned<S>>, "the initial states are the function's");
    return detail::InitialState::encoded(initial, Serde<Owned<K>>{}, Serde<Owned<S>>{});
  };
  if constexpr (BuiltInReduction<F>) {
    using S = typename detail::ReductionStage<K, V, F, Serde<K>>::State;
    return reduceStateByKeyAs(*this, f, options, Serde<K>{}, encoded(std::type_identity<S>{}));
  } else {
    using S = typename detail::UpdateState<F>::type;
    return updateStateByKeyAs<S>(*this, std::move(f), options,
                                 StateSerdes<Serde<K>, Serde<V>, Serde<S>>{},
                                 encoded(std::type_identity<S>{}));
  }
}

}  // namespace lockstep
