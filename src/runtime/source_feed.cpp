#include "src/runtime/source_feed.hpp"

namespace lockstep {
namespace {

using std::chrono::milliseconds;

/// So many records may wait in the topic: a large folder is read as fast as it is processed.
constexpr std::int64_t kBacklogMax = 1'000'000;
constexpr int kBlocksBetweenLooks = 8;
constexpr milliseconds kBacklogPause{100};

std::uint64_t bytesOf(std::span<const EncodedRecord> records) {
  std::uint64_t bytes = 0;
  for (const auto& record : records)
    bytes += record.key.value_or("").size() + record.value.value_or("").size();
  return bytes;
}

}  // namespace

/// The positions are read when the log is ours, and no earlier: until then its former owner may
/// write more of them.
Status SourceFeed::run() {
  LOCKSTEP_TRY(log_.open());
  LOCKSTEP_ASSIGN(const auto positions, log_.readPositions());
  LOCKSTEP_ASSIGN(const auto next, open_(positions));
  while (wait_(milliseconds(0))) {
    const auto fed = feedOnce(next);
    if (!fed.ok() && fed.status().reaction() != Reaction::kRetry) return fed.status();
    if (!fed.ok()) report_.failed(fed.status().message());
    log_.trim();
    if (fed.ok() && *fed) continue;
    if (fed.ok() && options_.until_end) break;
    if (!wait_(options_.poll)) break;
  }
  complete_ = options_.until_end;
  return {};
}

Result<bool> SourceFeed::feedOnce(const Next& next) {
  if (!options_.until_end && ++blocks_ % kBlocksBetweenLooks == 0) {
    while (log_.backlog() > kBacklogMax) {
      log_.trim();
      if (!wait_(kBacklogPause)) return false;
    }
  }
  LOCKSTEP_ASSIGN(const auto block, next());
  if (block.positions.empty()) return false;
  const auto records = block.records.records();
  report_.storing(records.size());
  LOCKSTEP_TRY(log_.write(block));
  report_.stored(records.size(), bytesOf(records));
  return true;
}

}  // namespace lockstep
