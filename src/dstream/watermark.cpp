#include <lockstep/dstream/watermark.hpp>

#include <algorithm>
#include <array>

#include <lockstep/base/hash.hpp>

namespace lockstep::detail {
namespace {

// The first bytes of the state's keys.
constexpr char kWatermarkKey = 0;  ///< alone: the watermark
constexpr char kPartitionKey = 1;  ///< and a partition's name: greatest event time, last active

/// Stands for "none" in bytes: no event is so early.
constexpr EventTime kNoTime = EventTime::min();

std::string nameOf(const Task& task) {
  if (const OffsetRange* range = task.stage().inputOf(task)) return toString(range->partition);
  return std::to_string(Lineage::number(task.stage())) + "/" + std::to_string(task.index());
}

std::optional<EventTime> known(EventTime time) {
  return time == kNoTime ? std::nullopt : std::optional(time);
}

/// A report's value, and a partition's in the state: two times.
std::string twoTimes(EventTime a, EventTime b) {
  std::string bytes;
  appendTime(bytes, a);
  appendTime(bytes, b);
  return bytes;
}

Status put(Task& task, StateShard& shard, std::string_view key_bytes,
           std::optional<std::string_view> value) {
  const StateKey key{key_bytes, murmur2(key_bytes)};
  StateEntry* entry = nullptr;
  LOCKSTEP_TRY(shard.touch(task.plan().id, task.plan().time, {&key, 1}, &entry));
  if (value)
    setState(shard, *entry, *value);
  else
    shard.remove(*entry);
  return {};
}

}  // namespace

Status MaxEventTime::finish(Task& task) {
  const OffsetRange* range = task.stage().inputOf(task);
  const BatchPlan& plan = task.plan();
  // Of a shard nobody knows whose records it would have had.
  const bool at_end = range == nullptr ? plan.behind.empty()
                                       : range->empty() && !plan.leavesBehind(range->partition);
  const bool idle = at_end && !greatest_;
  const std::string name = nameOf(task);
  const std::string value = twoTimes(greatest_.value_or(kNoTime), idle ? kNoTime : plan.time);
  bucket_.append({murmur2(name), name, value});
  return {};
}

WatermarkStage::WatermarkStage(const RddBase& parent, WatermarkOptions options)
    : Rdd<EventTime>(options.id, "watermark"), options_(std::move(options)) {
  this->beginsIn(*this);
  this->readsThroughExchange(parent);
}

Status WatermarkStage::load(StateShard& shard, Partitions& partitions, Time& watermark) const {
  std::array<StateShard::Item, 64> items;
  std::uint64_t cursor = 0;
  for (;;) {
    LOCKSTEP_ASSIGN(const std::size_t found, shard.scan(cursor, items));
    if (found == 0) return {};
    for (std::size_t i = 0; i < found; ++i) {
      const std::string_view key = items[i].key.bytes;
      const char* value = items[i].entry->value().data();
      if (key.front() == kWatermarkKey)
        watermark = loadTime(value);
      else
        partitions[std::string(key.substr(1))] = {known(loadTime(value)), loadTime(value + 8),
                                                  true};
    }
  }
}

void WatermarkStage::takeReports(Task& task, Partitions& partitions) {
  const BatchTime now = task.plan().time;
  shuffle().forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
    bucket.forEach([&](const ShuffledElement& report) {
      Partition& partition = partitions[std::string(report.key)];
      const auto greatest = known(loadTime(report.value.data()));
      const bool active = loadTime(report.value.data() + 8) != kNoTime;
      partition.reported = true;
      if (greatest && (!partition.greatest || *greatest > *partition.greatest)) {
        partition.greatest = greatest;
        partition.changed = true;
      }
      // A new one counts as active: it has to show first that it is not.
      if (active || !partition.known) {
        partition.changed = partition.changed || partition.active != now;
        partition.active = now;
      }
    });
  });
}

Watermark::Time WatermarkStage::advanced(const Partitions& partitions, BatchTime time,
                                         Time from) const {
  Time least;
  Time latest;
  bool all_known = true;
  for (const auto& [name, partition] : partitions) {
    if (!partition.reported) continue;
    if (partition.greatest) latest = std::max(latest, partition.greatest);
    // Active in this very batch is never idle, whatever idle_after says.
    if (partition.active < time && time - partition.active >= options_.idle_after) continue;
    all_known = all_known && partition.greatest;
    if (partition.greatest)
      least = least ? std::min(*least, *partition.greatest) : *partition.greatest;
  }
  if (!all_known) return from;
  if (!least) least = latest;
  if (!least) return from;
  return std::max(from, Time(*least - options_.delay));
}

Status WatermarkStage::store(Task& task, StateShard& shard, const Partitions& partitions) {
  for (const auto& [name, partition] : partitions) {
    const std::string key = kPartitionKey + name;
    if (!partition.reported)
      LOCKSTEP_TRY(put(task, shard, key, std::nullopt));
    else if (partition.changed)
      LOCKSTEP_TRY(
          put(task, shard, key, twoTimes(partition.greatest.value_or(kNoTime), partition.active)));
  }
  if (now() == before()) return {};
  std::string bytes;
  appendTime(bytes, *now());
  return put(task, shard, std::string_view(&kWatermarkKey, 1), bytes);
}

Status WatermarkStage::run(Task& task) {
  StateShard& shard = shardOf(task, options_.id);
  Partitions partitions;
  Time before;
  LOCKSTEP_TRY(load(shard, partitions, before));
  takeReports(task, partitions);
  set(before, advanced(partitions, task.plan().time, before));
  LOCKSTEP_TRY(store(task, shard, partitions));
  if (now() != before) {
    auto& source = task.instance<SourceOperator<EventTime>>(this).first;
    LOCKSTEP_TRY(source.add(DescribeNothing{}, *now()));
    LOCKSTEP_TRY(source.flush(DescribeNothing{}));
  }
  seal(task, options_.id);
  return {};
}

}  // namespace lockstep::detail
