// Tables: their topics are read first, so that nothing is looked up in half a table.
#include <algorithm>

#include "src/engine/engine_impl.hpp"

namespace lockstep {
namespace {

bool isTable(const EngineOptions& options, const std::string& topic) {
  return std::any_of(options.tables.begin(), options.tables.end(),
                     [&](const auto& table) { return table.topic == topic; });
}

}  // namespace

/// Where tables have to be before other inputs are read. REQUIRES: input_ends_ are those of now.
void Engine::Impl::keepTableEnds() {
  table_ends_.clear();
  if (options_.ticks_until) return;  // who releases a tick says what is read with it
  const auto& positions = committed_.positions;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (isTable(options_, positions[i].partition.topic))
      table_ends_.push_back({positions[i].partition, input_ends_[i]});
  }
}

bool Engine::Impl::tablesBehind(const std::vector<PartitionOffset>& positions) const {
  return std::any_of(table_ends_.begin(), table_ends_.end(), [&](const PartitionOffset& end) {
    const auto at = std::lower_bound(positions.begin(), positions.end(), end.partition,
                                     [](const PartitionOffset& position, const auto& partition) {
                                       return position.partition < partition;
                                     });
    return at != positions.end() && at->partition == end.partition && at->next < end.next;
  });
}

/// While tables are behind, all other inputs seem to end where they are. Returns whether one of
/// them goes on: then the batch is clamped, and the next follows at once.
bool Engine::Impl::holdBack(const std::vector<PartitionOffset>& positions,
                            std::vector<Offset>& ends) const {
  if (!tablesBehind(positions)) return false;
  bool held = false;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (isTable(options_, positions[i].partition.topic)) continue;
    held = held || ends[i] > positions[i].next;
    ends[i] = positions[i].next;
  }
  return held;
}

}  // namespace lockstep
