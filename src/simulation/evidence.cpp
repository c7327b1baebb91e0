#include "src/simulation/evidence.hpp"

#include <utility>

#include <lockstep/dstream/initial_state.hpp>
#include <lockstep/model/internal_topics.hpp>

namespace lockstep::sim {
namespace {

using Isolation = memory::Admin::Isolation;

std::map<std::string, std::string> lastValues(memory::Admin& kafka, const std::string& topic,
                                              std::uint32_t partitions) {
  std::map<std::string, std::string> last;
  for (std::uint32_t i = 0; i < partitions; ++i) {
    const TopicPartition partition{topic, Partition{static_cast<std::int32_t>(i)}};
    for (auto& record : kafka.read(partition, Isolation::kCommitted)) {
      auto key = record.key.value_or("");
      if (detail::InitialState::isMark(key)) continue;
      if (record.value) {
        last[std::move(key)] = std::move(*record.value);
      } else {
        last.erase(key);
      }
    }
  }
  return last;
}

}  // namespace

bool sameRecord(const Evidence::Record& a, const Evidence::Record& b) {
  return a.partition == b.partition && a.record.key == b.record.key &&
         a.record.value == b.record.value && a.record.timestamp == b.record.timestamp &&
         a.record.headers == b.record.headers;
}

void EvidenceTaker::decided(memory::Admin& kafka) {
  for (const auto& [topic, partitions] : topics_) {
    for (std::int32_t i = 0; i < partitions; ++i) {
      const TopicPartition partition{topic, Partition{i}};
      ends_[partition].push_back(kafka.end(partition));
    }
  }
}

Evidence EvidenceTaker::take(memory::Admin& kafka,
                             const std::vector<StateDeclaration>& states) const {
  Evidence evidence;
  for (const auto& [partition, ends] : ends_) {
    auto& batches = evidence.topics[partition.topic];
    batches.resize(ends.size());
    std::size_t step = 0;
    for (auto& record : kafka.read(partition, Isolation::kCommitted)) {
      while (step + 1 < ends.size() && record.offset >= ends[step]) ++step;
      batches[step].push_back({partition.partition.value(), std::move(record)});
    }
  }
  for (const auto& state : states) {
    const auto topic = changelogTopic(application_, state.id);
    evidence.states[state.id] = {state, lastValues(kafka, topic, state.shards)};
  }
  return evidence;
}

}  // namespace lockstep::sim
