#pragma once

#include "tests/random/builder.hpp"

namespace lockstep::random_graphs {

/// The stream with event times that its values say, a little before or behind the batch's.
inline EventTimeDStream<Item> timed(Builder& b, const Items& in) {
  b.clocks = true;
  WatermarkOptions options{b.id()};
  options.delay = std::chrono::milliseconds(b.random.below(4) * 500);
  options.idle_after = kInterval * b.random.between(1, 6);
  // A watermark is the minimum over the partitions, whose number a variant changes.
  const bool alone = b.random.chance(600);
  if (!alone) b.comparable = false;
  b.note("{}, delay {} ms, idle after {} ms", alone ? "one partition" : "all partitions",
         options.delay.count(), options.idle_after.count());
  const auto stream = alone ? in.transform([](const auto& rdd) { return rdd; }) : in;
  return stream.assignTimestamps(
      [](const Item& item, TaskContext& context) {
        return context.time + std::chrono::milliseconds((item.second % 7 - 4) * 300);
      },
      options);
}

}  // namespace lockstep::random_graphs
