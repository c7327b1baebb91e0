#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/error.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/event_pane_stage.hpp>
#include <lockstep/dstream/event_session_stage.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/wire_state.hpp>

namespace lockstep::detail {

/// What the state's signature says of the window: "eventWindow 60000 ms every 10000 ms".
[[nodiscard]] std::string eventWindowKind(const EventWindow& window);
/// Throws Error E031 for a size, slide, gap or lateness that there cannot be.
void checkEventWindow(const EventWindow& window, const EventWindowOptions& options);

/// A stream, and the watermark of its event times.
template <class T>
struct TimedStream {
  DStream<Timed<T>> elements;
  WatermarkStage* watermark;
};

/// How a window folds: with formats of the caller's choice. `reduction`: the name of a built-in
/// one, or "".
template <class KeySerde, class Combine>
struct EventFold {
  KeySerde keys;
  Combine combine;
  std::string reduction;
};

/// Registers an event-time stage behind its watermark and its shuffle, whose near side is Terminal.
template <class Terminal, class Node, class T, class... Parts>
void wireEventWindow(const DStream<T>& stream, const WatermarkStage& watermark, Node& node,
                     std::pair<StateDeclaration, std::optional<std::uint32_t>> state,
                     Parts... parts) {
  DStreamGraph& graph = *stream.graph();
  const std::array<const RddBase*, 2> reads{&stream.rdd(), &watermark};
  graph.lineage().addStage(node, reads);
  graph.lineage().template addTerminal<Terminal>(stream.rdd(), node.shuffle(), node.step(),
                                                 std::move(parts)...);
  node.setNumber(graph.addState(std::move(state.first), node.shuffle(), state.second));
}

template <class K, class V, class KeySerde, class Combine>
auto paneWindow(const TimedStream<std::pair<K, V>>& stream, const EventPanes& panes,
                const EventWindowOptions& options,
                std::pair<EventFold<KeySerde, Combine>, StateDeclaration> parts) {
  auto& [fold, declaration] = parts;
  const auto in_panes = stream.elements.map(
      [panes](const Timed<std::pair<K, V>>& element) {
        return std::pair<PaneKey<K>, V>(PaneKey<K>{panes.paneOf(element.time), element.value.first},
                                        element.value.second);
      },
      options.id);
  using Node = EventPaneStage<K, Combine, KeySerde>;
  auto& node = stream.elements.graph()->lineage().template add<Node>(
      in_panes.rdd(), *stream.watermark, panes, options, std::pair{fold.keys, fold.combine});
  using NearKeys = PaneKeySerde<KeySerde>;
  using NearValues = std::decay_t<decltype(fold.combine.values)>;
  wireEventWindow<PairTerminal<PaneKey<K>, V, NearKeys, NearValues, NoCombine>>(
      in_panes, *stream.watermark, node, {std::move(declaration), options.parallelism},
      NearKeys{fold.keys}, fold.combine.values, NoCombine{});
  return DStream<typename Node::Element>(stream.elements.graph(), node);
}

template <class K, class V, class KeySerde, class Combine>
auto sessionWindow(const TimedStream<std::pair<K, V>>& stream, std::chrono::milliseconds gap,
                   const EventWindowOptions& options,
                   std::pair<EventFold<KeySerde, Combine>, StateDeclaration> parts) {
  auto& [fold, declaration] = parts;
  const auto timed = stream.elements.map(
      [](const Timed<std::pair<K, V>>& element) {
        return std::pair<K, Timed<V>>(element.value.first, {element.time, element.value.second});
      },
      options.id);
  using Node = EventSessionStage<K, Combine, KeySerde>;
  auto& node = stream.elements.graph()->lineage().template add<Node>(
      timed.rdd(), *stream.watermark, gap, options, std::pair{fold.keys, fold.combine});
  using NearKeys = TaggedKeySerde<KeySerde>;
  using NearValues = TimedSerde<std::decay_t<decltype(fold.combine.values)>>;
  wireEventWindow<PairTerminal<K, Timed<V>, NearKeys, NearValues, NoCombine>>(
      timed, *stream.watermark, node, {std::move(declaration), options.parallelism},
      NearKeys{fold.keys}, NearValues{fold.combine.values}, NoCombine{});
  return DStream<typename Node::Element>(stream.elements.graph(), node);
}

/// (key, Windowed of what `fold` makes of the window's values), when the watermark passes its end.
template <class K, class V, class KeySerde, class Combine>
auto eventWindowAs(const TimedStream<std::pair<K, V>>& stream, const EventWindow& window,
                   const EventWindowOptions& options, EventFold<KeySerde, Combine> fold) {
  checkEventWindow(window, options);
  StateDeclaration declaration{options.id,
                               1,
                               eventWindowKind(window),
                               typeName(fold.keys),
                               typeName(fold.combine.combiners),
                               fold.reduction};
  const std::pair parts{std::move(fold), std::move(declaration)};
  using Element = std::pair<K, Windowed<typename Combine::Combined>>;
  if (window.kind == EventWindow::Kind::kSession)
    return DStream<Element>(sessionWindow(stream, window.size, options, parts));
  return DStream<Element>(paneWindow(stream, {window.size, window.slide}, options, parts));
}

}  // namespace lockstep::detail
