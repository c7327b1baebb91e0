#include "tests/sim/input_history.hpp"

#include <algorithm>

#include "tests/sim/mutants.hpp"

namespace lockstep::sim {
namespace {

void take(const memory::PartitionLog& log, const TopicPartition& partition, std::int64_t from,
          std::int64_t until, std::vector<Seen>& records) {
  if (from >= until) return;
  const auto slice = log.read(from, static_cast<std::size_t>(-1), true);
  for (const auto& piece : slice.pieces) {
    for (const auto& record : piece.block->records()) {
      const auto offset = piece.base + record.offset_delta;
      if (offset < from || offset >= until) continue;
      records.push_back({partition.partition, std::optional<std::string>(record.key),
                         std::optional<std::string>(record.value)});
    }
  }
}

}  // namespace

std::vector<std::string> inputTopics(const Options& options) {
  std::vector<std::string> topics{kInputTopic};
  if (options.inputs > 1) topics.push_back(kSecondInputTopic);
  return topics;
}

TopicPattern inputPattern() {
  return {"in2?", [](std::string_view topic) {
            return topic == kInputTopic || topic == kSecondInputTopic;
          }};
}

void InputHistory::keep(const std::string& topic) {
  kafka_.broker().withParts([&](memory::Broker::Parts& parts) {
    auto& logs = parts.topics.find(topic)->partitions;
    for (std::size_t i = 0; i < logs.size(); ++i)
      kept_.insert_or_assign({topic, Partition{static_cast<std::int32_t>(i)}}, logs[i]);
  });
}

void InputHistory::keepForGood(const std::string& topic) {
  keep(topic);
  gone_.insert(topic);
}

/// `read(present, kept)`: either is null where there is none.
template <class Read>
auto InputHistory::withLog(const TopicPartition& partition, Read read) const {
  const auto kept = kept_.find(partition);
  const auto* old = kept == kept_.end() ? nullptr : &kept->second;
  return kafka_.broker().withParts([&](memory::Broker::Parts& parts) {
    const memory::PartitionLog* present = parts.topics.log(partition);
    return read(isGone(partition.topic) ? nullptr : present, old);
  });
}

std::vector<TopicPartition> InputHistory::partitions() const {
  std::vector<TopicPartition> all;
  for (const auto& [partition, log] : kept_) {
    if (isGone(partition.topic)) all.push_back(partition);
  }
  kafka_.broker().withParts([&](memory::Broker::Parts& parts) {
    for (const auto& topic : topics_) {
      const auto* found = parts.topics.find(topic);
      if (isGone(topic) || found == nullptr) continue;
      const auto count = static_cast<std::int32_t>(found->partitions.size());
      for (std::int32_t i = 0; i < count; ++i) all.push_back({topic, Partition{i}});
    }
  });
  std::sort(all.begin(), all.end());
  return all;
}

std::int64_t InputHistory::lastStable(const TopicPartition& partition) const {
  return withLog(partition, [](const auto* present, const auto* kept) {
    return (present == nullptr ? kept : present)->lastStable();
  });
}

std::int64_t InputHistory::end(const TopicPartition& partition) const {
  return withLog(partition, [](const auto* present, const auto* kept) {
    return (present == nullptr ? kept : present)->end();
  });
}

std::vector<Seen> InputHistory::between(const TopicPartition& partition, std::int64_t from,
                                        std::int64_t until) const {
  return withLog(partition, [&](const auto* present, const auto* kept) {
    std::vector<Seen> records;
    const auto kept_until = present == nullptr ? until : std::min(present->start(), until);
    if (kept != nullptr) take(*kept, partition, from, kept_until, records);
    if (present != nullptr)
      take(*present, partition, std::max(from, present->start()), until, records);
    return records;
  });
}

}  // namespace lockstep::sim
