#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/dstream/window_stage.hpp>

namespace lockstep {

namespace detail {

/// A key that is the number of a shard: elements of one map task stay together, in their order.
struct TaskNumberSerde : Serde<std::int32_t> {
  [[nodiscard]] std::uint32_t kafkaHash(std::string_view bytes) const {
    return static_cast<std::uint32_t>(read(bytes));
  }
};

/// Keeps the elements themselves.
template <class T, class ElementSerde>
class ElementWindowStage final : public WindowStage<T> {
 public:
  ElementWindowStage(const RddBase& parent, const WindowTiming& timing,
                     const WindowOptions& options, ElementSerde serde)
      : WindowStage<T>("window", parent, timing, options), serde_(std::move(serde)) {}

  void connect(Task& task, ChunkSink<T>& consumer) override {
    keeper(task).source.consumers().add(consumer);
  }

 protected:
  Status takeElements(Task& task, StateShard& shard) override {
    if (!this->timing().holds(task.plan().time)) return {};
    PaneLog& log = keeper(task).log;
    log.clear();
    LOCKSTEP_TRY(readShard(task, this->shuffle(), this->step(),
                           [&](const ShuffledElement& element) { log.add({}, element.value); }));
    return log.commit(this->place(task, shard), this->timing().paneOf(task.plan().time));
  }

  Status passOn(Task& task, StateShard& shard) override {
    Keeper& k = keeper(task);
    const BatchTime boundary = task.plan().time;
    const auto place = this->place(task, shard);
    const DescribeNothing describe;
    LOCKSTEP_TRY(k.log.read(place, this->timing().beginOf(boundary), boundary,
                            [&](std::string_view, std::string_view bytes) {
                              return k.source.add(describe, serde_.read(bytes));
                            }));
    LOCKSTEP_TRY(k.source.flush(describe));
    return k.log.removeThrough(place, this->timing().leftBehind(boundary));
  }

 private:
  struct Keeper final : Operator {
    explicit Keeper(Task& task) : source(task) {}
    void begin(Task& task) override { source.begin(task); }
    SourceOperator<T> source;
    PaneLog log;
  };
  Keeper& keeper(Task& task) { return task.instance<Keeper>(this).first; }

  const ElementSerde serde_;
};

}  // namespace detail

/// window with a format of the caller's choice.
template <class T, class ElementSerde>
DStream<T> windowAs(const DStream<T>& stream, const WindowTiming& timing,
                    const WindowOptions& options, ElementSerde serde) {
  const auto numbered = stream.map(
      [](const T& element, TaskContext& context) {
        return std::pair<std::int32_t, T>(static_cast<std::int32_t>(context.task), element);
      },
      options.id);
  using OwnStage = detail::ElementWindowStage<T, ElementSerde>;
  auto& node =
      stream.graph()->lineage().template add<OwnStage>(numbered.rdd(), timing, options, serde);
  using Near = detail::PairTerminal<std::int32_t, T, detail::TaskNumberSerde, ElementSerde,
                                    detail::NoCombine>;
  detail::wireWindow<Near>(
      numbered, node, timing, {options.id, 1, "window", "", detail::typeName(serde), ""},
      options.parallelism, detail::TaskNumberSerde{}, serde, detail::NoCombine{});
  return {stream.graph(), node};
}

template <class T>
DStream<T> DStream<T>::window(std::chrono::milliseconds length, std::chrono::milliseconds slide,
                              const WindowOptions& options) const {
  return windowAs(*this, {length, slide}, options, Serde<T>{});
}

}  // namespace lockstep
