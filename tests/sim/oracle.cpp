#include "tests/sim/oracle.hpp"

#include <algorithm>

namespace lockstep::sim {
namespace {

std::string eightBytes(std::int64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i)
    bytes[i] = static_cast<char>(static_cast<std::uint64_t>(number) >> (56 - 8 * i));
  return bytes;
}

}  // namespace

std::vector<std::vector<Seen>> inputOf(const BatchPlan& plan,
                                       const std::map<TopicPartition, std::int64_t>& offsets,
                                       const std::vector<std::vector<Seen>>& input) {
  std::vector<std::vector<Seen>> named;
  auto records = input.begin();
  for (const auto& [partition, offset] : offsets) {
    const auto has = [&, &name = partition](const auto& range) { return range.partition == name; };
    if (std::any_of(plan.ranges.begin(), plan.ranges.end(), has)) named.push_back(*records);
    ++records;
  }
  return named;
}

std::int64_t Oracle::shown(const Entry& entry) const {
  return graph_ == Graph::kIdleVisits ? entry.sum * 10 + entry.visits : entry.sum;
}

void Oracle::visit(BatchTime tick) {
  if (graph_ != Graph::kIdleVisits) return;
  for (auto& [key, entry] : entries_) {
    if (entry.touched >= tick || entry.visits == kVisitsMax) continue;
    ++entry.visits;
    entry.touched = tick;
  }
}

void Oracle::streamEveryKey(Expected& expected) const {
  if (graph_ != Graph::kEveryKey) return;
  for (const auto& [key, entry] : entries_)
    expected.outputs.push_back({Partition{0}, key, eightBytes(shown(entry))});
}

void Oracle::timeOut(BatchTime tick, Expected& expected) {
  if (graph_ != Graph::kTimeOuts) return;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.touched >= tick - timeout_) {
      ++entry;
      continue;
    }
    expected.outputs.push_back({Partition{0}, entry->first, eightBytes(entry->second.sum)});
    entry = entries_.erase(entry);
  }
}

std::int64_t numberIn(const std::string& bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(number);
}

Oracle::Expected Oracle::keyedBatch(const std::vector<std::vector<Seen>>& input) const {
  std::map<std::string, std::vector<std::string>> left, right;
  for (const auto& partition : input) {
    for (const auto& record : partition) {
      const auto key = record.key.value_or("");
      const auto amount = amountOf(*record.value);
      if (graph_ == Graph::kGroups || amount <= kLeftMax) left[key].push_back(*record.value);
      if (graph_ == Graph::kJoined && amount >= kRightMin) right[key].push_back(*record.value);
    }
  }
  Expected expected;
  const auto add = [&](const std::string& key, const std::string& value) {
    expected.outputs.push_back({Partition{0}, key, value});
  };
  if (graph_ == Graph::kGroups) {
    for (const auto& [key, values] : left) {
      std::string text = values.front();
      for (std::size_t i = 1; i < values.size(); ++i) text += " " + values[i];
      add(key, text);
    }
    return expected;
  }
  const std::vector<std::string> none{std::string(kNoPartner)};
  for (const auto& [key, values] : left) {
    const auto partners = right.find(key);
    for (const auto& value : values)
      for (const auto& partner : partners == right.end() ? none : partners->second)
        add(key, value + " " + partner);
  }
  for (const auto& [key, values] : right)
    if (!left.contains(key))
      for (const auto& value : values) add(key, none.front() + " " + value);
  return expected;
}

void Oracle::closeWindows(BatchTime boundary, Expected& expected) const {
  std::map<std::string, std::int64_t> sums;
  for (const auto& amount : amounts_) {
    if (amount.time <= boundary && amount.time > boundary - window_.length)
      sums[amount.key] += amount.amount;
  }
  for (const auto& [key, sum] : sums)
    expected.outputs.push_back({Partition{0}, key, eightBytes(sum)});
}

Oracle::Expected Oracle::windowBatch(const std::vector<std::vector<Seen>>& input,
                                     const BatchPlan& plan) {
  Expected expected;
  if (!plan.closes_first.empty()) {
    const auto passed = plan.closed_before.time_since_epoch() / window_.slide;
    const auto last = plan.closes_first.back().time_since_epoch() / window_.slide;
    const auto oldest =
        amounts_.empty() ? last : amounts_.front().time.time_since_epoch() / window_.slide;
    for (auto n = std::max(passed + 1, oldest); n <= last; ++n)
      closeWindows(BatchTime(n * window_.slide), expected);
  }
  for (const auto& partition : input)
    for (const auto& record : partition)
      amounts_.push_back({plan.time, record.key.value_or(""), amountOf(*record.value)});
  const bool boundary = plan.time.time_since_epoch() % window_.slide == window_.slide.zero();
  if (plan.closes_own_tick && boundary) closeWindows(plan.time, expected);
  return expected;
}

Oracle::Expected Oracle::eventTimeBatch(const std::vector<std::vector<Seen>>& input,
                                        const BatchPlan& plan) {
  std::vector<std::vector<EventTimeOracle::Element>> elements(input.size());
  for (std::size_t i = 0; i < input.size(); ++i)
    for (const auto& record : input[i])
      elements[i].push_back({record.key.value_or(""), record.value.value_or("")});
  auto result = event_time_.batch(elements, plan);
  Expected expected;
  expected.dead_letters = std::move(result.late);
  for (auto& output : result.outputs)
    expected.outputs.push_back({Partition{0}, std::move(output.key), std::move(output.value)});
  return expected;
}

Oracle::Expected Oracle::batch(const std::vector<std::vector<Seen>>& input, const BatchPlan& plan) {
  if (keyed()) return keyedBatch(input);
  if (graph_ == Graph::kWindows) return windowBatch(input, plan);
  if (graph_ == Graph::kEventTime) return eventTimeBatch(input, plan);
  if (graph_ == Graph::kTable) return tableBatch(input, plan);
  if (graph_ == Graph::kReceived) return receivedBatch(input);
  if (graph_ == Graph::kAccumulated) return accumulatedBatch(input, plan);
  Expected expected;
  if (!stateful()) {
    for (const auto& partition : input) {
      for (const auto& record : partition) {
        if (graph_ == Graph::kDeadLetters && record.value->starts_with("bad")) {
          expected.dead_letters.push_back(*record.value);
        } else {
          expected.outputs.push_back(record);
        }
      }
    }
    return expected;
  }
  std::map<std::string, std::int64_t> before;
  for (const auto& [key, entry] : entries_) before[key] = shown(entry);
  if (!plan.closes_first.empty()) {
    visit(plan.closes_first.back());
    timeOut(plan.closes_first.back(), expected);
    streamEveryKey(expected);
  }
  for (const auto& partition : input) {
    for (const auto& record : partition) {
      const auto [known, came] = entries_.try_emplace(record.key.value_or(""));
      if (came && graph_ == Graph::kTimeOuts)
        expected.outputs.push_back({Partition{0}, known->first, eightBytes(kCame)});
      auto& entry = known->second;
      entry.sum += amountOf(*record.value);
      entry.visits = 0;
      entry.touched = plan.time;
    }
  }
  if (plan.closes_own_tick) {
    visit(plan.time);
    timeOut(plan.time, expected);
    streamEveryKey(expected);
  }
  auto& after = states_[plan.id];
  for (const auto& [key, entry] : entries_) {
    const auto value = after[key] = shown(entry);
    const auto old = before.find(key);
    if (old != before.end() && old->second == value) continue;
    expected.state[key] = value;
    if (graph_ == Graph::kEveryKey || graph_ == Graph::kTimeOuts) continue;
    expected.outputs.push_back({Partition{0}, key, eightBytes(value)});
  }
  for (const auto& [key, value] : before)
    if (!after.contains(key)) expected.removed.insert(key);
  return expected;
}

const std::map<std::string, std::int64_t>* Oracle::stateAt(BatchId batch) const {
  const auto found = states_.upper_bound(batch);
  return found == states_.begin() ? nullptr : &std::prev(found)->second;
}

}  // namespace lockstep::sim
