#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>

#include <lockstep/dstream/dstream_class.hpp>

namespace lockstep {

/// The formats of a stateful step, for element types whose format is known at run time only:
/// objects with Serde's members.
template <class KeySerde, class ValueSerde, class StateSerde>
struct StateSerdes {
  using Key = KeySerde;
  using Value = ValueSerde;
  using State = StateSerde;
  KeySerde key;
  ValueSerde value;
  StateSerde state;
};

namespace detail {

template <class Serde>
std::string typeName(const Serde& serde) {
  if constexpr (requires { serde.typeName(); })
    return std::string(serde.typeName());
  else
    return std::string(Serde::kTypeName);
}

/// Registers a stateful stage and the shuffle in front of it, whose near side is Terminal, made of
/// `parts`. Returns the operator's number.
template <class Terminal, class Node, class T, class... Parts>
std::uint32_t wireState(const DStream<T>& stream, Node& node, StateDeclaration declaration,
                        std::optional<std::uint32_t> parallelism, Parts... parts) {
  DStreamGraph& graph = *stream.graph();
  const std::array<const RddBase*, 1> reads{&stream.rdd()};
  graph.lineage().addStage(node, reads);
  graph.lineage().template addTerminal<Terminal>(stream.rdd(), node.shuffle(), node.step(),
                                                 std::move(parts)...);
  const std::uint32_t number = graph.addState(std::move(declaration), node.shuffle(), parallelism);
  node.setNumber(number);
  return number;
}

}  // namespace detail

}  // namespace lockstep
