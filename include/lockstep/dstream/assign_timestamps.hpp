#pragma once

#include <array>
#include <string>
#include <type_traits>
#include <utility>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/event_time.hpp>
#include <lockstep/dstream/event_time_stream.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/watermark.hpp>

namespace lockstep {

namespace detail {

/// Tells the watermark what it sees. `TimeOf` gives an element's event time.
template <class T, class TimeOf>
class EventTimeWriter final : public MaxEventTime, public ChunkSink<T> {
 public:
  EventTimeWriter(Task& task, Shuffle& shuffle, const TimeOf& time_of, const std::string& /*step*/)
      : MaxEventTime(task, shuffle), time_of_(time_of) {}

  void accept(std::span<const T> chunk) override {
    for (const T& element : chunk) see(time_of_(element));
  }

 private:
  const TimeOf& time_of_;
};

/// Throws Error E031.
void checkWatermark(const WatermarkOptions& options);
/// What an extractor gave: a time, or milliseconds since 1970. Throws RecordError when it is
/// earlier.
[[nodiscard]] EventTime checkedEventTime(EventTime time);
[[nodiscard]] inline EventTime checkedEventTime(std::int64_t ms) {
  return checkedEventTime(EventTime(std::chrono::milliseconds(ms)));
}

/// Gives the stream a watermark: of the times that `time_of(element)` says.
template <class T, class TimeOf>
WatermarkStage& addWatermark(const DStream<T>& stream, const WatermarkOptions& options,
                             TimeOf time_of) {
  checkWatermark(options);
  DStreamGraph& graph = *stream.graph();
  auto& node = graph.lineage().template add<WatermarkStage>(stream.rdd(), options);
  const std::array<const RddBase*, 1> reads{&stream.rdd()};
  graph.lineage().addStage(node, reads);
  using Writer = EventTimeWriter<T, TimeOf>;
  graph.lineage().template addTerminal<ShuffleTerminal<T, Writer, TimeOf>>(
      stream.rdd(), node.shuffle(), node.step(), std::move(time_of));
  node.setNumber(
      graph.addState({options.id, 1, "watermark", "partition", "time", ""}, node.shuffle(), 1U));
  graph.requireIdleBatches();  // partitions become idle without records
  return node;
}

}  // namespace detail

template <class T>
template <class F>
EventTimeDStream<T> DStream<T>::assignTimestamps(F f, const WatermarkOptions& options) const {
  const auto timed = map(
      [f = std::move(f)](const T& element, TaskContext& context) {
        return Timed<T>{detail::checkedEventTime(detail::callWithContext(f, element, context)),
                        element};
      },
      options.id);
  auto& watermark =
      detail::addWatermark(timed, options, [](const Timed<T>& element) { return element.time; });
  return EventTimeDStream<T>({timed, &watermark});
}

template <class T>
EventTimeDStream<T> DStream<T>::withWatermark(const WatermarkOptions& options) const {
  static_assert(std::is_same_v<T, RecordView>,
                "only records have timestamps: give others theirs with assignTimestamps");
  return assignTimestamps([](const T& record) { return record.timestamp; }, options);
}

}  // namespace lockstep
