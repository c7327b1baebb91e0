#include "tests/sim/event_time.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/dstream/process.hpp>

#include "tests/sim/graphs.hpp"
#include "tests/sim/mutants.hpp"

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;
using Text = std::pair<std::string, std::string>;

constexpr std::int64_t kSize = 100, kSlide = 50, kLateness = 40, kGap = 60, kDelay = 50;
/// Timers of event time go off at multiples of this.
constexpr std::int64_t kRing = 200;

/// From "p2:17:5": about in the order of the indexes.
std::int64_t eventTimeOf(std::string_view value) {
  const auto colon = value.find(':');
  std::int64_t index = 0;
  for (const char c : value.substr(colon + 1, value.rfind(':') - colon - 1))
    index = index * 10 + (c - '0');
  return 1000 + index * 50 + amountOf(value) * 61 % 300;
}

std::string windowText(const char* mark, std::int64_t start, std::int64_t end, std::int64_t sum) {
  return fmt::format("{} {}-{} {}", mark, start, end, sum);
}
std::string timerText(const char* mark, std::int64_t time, std::int64_t count) {
  return fmt::format("{} {} {}", mark, time, count);
}
std::int64_t ms(WallTime time) { return time.time_since_epoch().count(); }

struct Bell {
  using Output = Text;
  using Context = ProcessContext<std::string, Text>;
  milliseconds ahead;
  ValueState<std::int64_t> count{"count"};

  void onRecord(const std::string&, const std::string& value, Context& context) const {
    count(context).set(count(context).getOr(0) + 1);
    context.timers().at(EventTime(milliseconds((eventTimeOf(value) / kRing + 1) * kRing)));
    context.timers().atBatchTime(context.batchTime() + ahead);
  }
  void onTimer(const std::string& key, const Timer& timer, Context& context) const {
    const char* mark = timer.kind == Timer::Kind::kEventTime ? "e" : "b";
    context.emit({key, timerText(mark, ms(timer.time), count(context).getOr(0))});
  }
};

milliseconds aheadOf(const Options& options) { return 2 * options.interval; }
milliseconds idleAfterOf(const Options& options) { return 3 * options.interval; }

}  // namespace

void eventTimeGraph(const DStream<RecordView>& input, const Options& options) {
  const auto timed =
      input
          .assignTimestamps(
              [](const RecordView& record) { return eventTimeOf(*record.value); },
              {.id = "clock", .delay = milliseconds(kDelay), .idle_after = idleAfterOf(options)})
          .map([](const RecordView& record) {
            return Text(record.key.value_or(""), *record.value);
          });
  const auto sum = [](std::int64_t all, const std::string& value) { return all + amountOf(value); };
  const auto save = [](const auto& windows, const char* mark) {
    kafkaOutput(windows.map([mark](const std::pair<std::string, Windowed<std::int64_t>>& pair) {
      const auto& [start, end, value] = pair.second;
      return Text(pair.first, windowText(mark, ms(start), ms(end), value));
    }),
                {.topic = kOutputTopic, .step = {}});
  };
  const auto sliding = EventWindow::sliding(milliseconds(kSize), milliseconds(kSlide));
  save(timed.eventWindow(sliding, {.id = kStateId, .lateness = milliseconds(kLateness)})
           .aggregateByKey(std::int64_t{0}, sum, std::plus<std::int64_t>()),
       "w");
  save(timed.eventWindow(EventWindow::session(milliseconds(kGap)), {.id = "sessions"})
           .aggregateByKey(std::int64_t{0}, sum, std::plus<std::int64_t>()),
       "s");
  kafkaOutput(process(timed, {.id = "bell"}, Bell{aheadOf(options)}),
              {.topic = kOutputTopic, .step = {}});
}

EventTimeOracle::EventTimeOracle(const Options& options)
    : idle_after_(idleAfterOf(options).count()), ahead_(aheadOf(options).count()) {}

void EventTimeOracle::moveWatermark(const std::vector<std::vector<Element>>& input,
                                    const BatchPlan& plan) {
  const Ms time = ms(plan.time);
  std::map<TopicPartition, Partition> present;
  for (std::size_t i = 0; i < plan.ranges.size(); ++i) {
    const auto known = partitions_.find(plan.ranges[i].partition);
    Partition partition = known == partitions_.end() ? Partition{} : known->second;
    if (known == partitions_.end() || !plan.ranges[i].empty() ||
        plan.leavesBehind(plan.ranges[i].partition))
      partition.active = time;
    for (const auto& element : input[i])
      partition.greatest = std::max(partition.greatest, std::optional(eventTimeOf(element.value)));
    present[plan.ranges[i].partition] = partition;
  }
  partitions_ = std::move(present);
  before_ = now_;
  std::optional<Ms> least, greatest;
  for (const auto& [name, partition] : partitions_) {
    greatest = std::max(greatest, partition.greatest);
    if (partition.active < time && time - partition.active >= idle_after_) continue;
    if (!partition.greatest) return;
    least = std::min(least.value_or(*partition.greatest), *partition.greatest);
  }
  if (!least) least = greatest;
  if (least) now_ = std::max(now_, std::optional(*least - kDelay));
}

void EventTimeOracle::slide(const std::vector<std::vector<Element>>& input, Result& result) {
  std::set<std::pair<Ms, std::string>> ended;
  for (const auto& partition : input) {
    for (const auto& element : partition) {
      const Ms time = eventTimeOf(element.value);
      const Ms first = time / kSlide * kSlide + kSlide;  // windows are called by their ends
      const Ms last = first + kSize - kSlide;
      if (before_ && last + kLateness <= *before_) {
        result.late.push_back(element.value);
        continue;
      }
      elements_.push_back({time, element.key, amountOf(element.value)});
      for (Ms end = first; end <= last; end += kSlide)
        if (before_ && end <= *before_ && end + kLateness > *before_)
          ended.emplace(end, element.key);
    }
  }
  if (now_)
    for (const auto& element : elements_)
      for (Ms end = element.time / kSlide * kSlide + kSlide; end <= element.time + kSize;
           end += kSlide)
        if (end <= *now_ && (!before_ || end > *before_)) ended.emplace(end, element.key);
  for (const auto& [end, key] : ended) {
    std::int64_t sum = 0;
    for (const auto& element : elements_)
      if (element.key == key && element.time >= end - kSize && element.time < end)
        sum += element.amount;
    result.outputs.push_back({key, windowText("w", end - kSize, end, sum)});
  }
}

void EventTimeOracle::addToSessions(const Element& element, Result& result) {
  const Ms time = eventTimeOf(element.value);
  Session merged{time, time + kGap, amountOf(element.value)};
  auto& sessions = sessions_[element.key];
  bool met = false;
  std::erase_if(sessions, [&](const Session& session) {
    if (session.end < time || session.start > time + kGap) return false;
    merged.start = std::min(merged.start, session.start);
    merged.end = std::max(merged.end, session.end);
    merged.sum += session.sum;
    return met = true;
  });
  if (!met && before_ && merged.end <= *before_)
    result.late.push_back(element.value);
  else
    sessions.push_back(merged);
}

void EventTimeOracle::endSessions(Result& result) {
  if (!now_) return;
  for (auto& [key, sessions] : sessions_)
    std::erase_if(sessions, [&, &name = key](const Session& session) {
      if (session.end > *now_) return false;
      result.outputs.push_back({name, windowText("s", session.start, session.end, session.sum)});
      return true;
    });
}

void EventTimeOracle::ring(std::set<std::pair<Ms, std::string>>& timers, Ms through,
                           const char* mark, Result& result) {
  while (!timers.empty() && timers.begin()->first <= through) {
    const auto& [time, key] = *timers.begin();
    result.outputs.push_back({key, timerText(mark, time, counts_[key])});
    timers.erase(timers.begin());
  }
}

EventTimeOracle::Result EventTimeOracle::batch(const std::vector<std::vector<Element>>& input,
                                               const BatchPlan& plan) {
  Result result;
  if (!plan.closes_first.empty()) ring(batch_timers_, ms(plan.closes_first.back()), "b", result);
  moveWatermark(input, plan);
  slide(input, result);
  for (const auto& partition : input) {
    for (const auto& element : partition) {
      addToSessions(element, result);
      ++counts_[element.key];
      event_timers_.emplace((eventTimeOf(element.value) / kRing + 1) * kRing, element.key);
      batch_timers_.emplace(ms(plan.time) + ahead_, element.key);
    }
  }
  endSessions(result);
  if (now_) ring(event_timers_, *now_, "e", result);
  if (plan.closes_own_tick) ring(batch_timers_, ms(plan.time), "b", result);
  return result;
}

}  // namespace lockstep::sim
