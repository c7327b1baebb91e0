#include "state/checkpoint/positions.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {
namespace {

constexpr std::chrono::hours kClockSkewMax{1};

const CheckpointPositions::Changelog* findChangelog(const CheckpointPositions& stored,
                                                    const TopicPartition& partition) {
  const auto found =
      std::find_if(stored.changelogs.begin(), stored.changelogs.end(),
                   [&](const auto& changelog) { return changelog.partition == partition; });
  return found == stored.changelogs.end() ? nullptr : &*found;
}

std::int64_t hoursOf(std::chrono::milliseconds duration) {
  return std::chrono::duration_cast<std::chrono::hours>(duration).count();
}

/// "" or what is wrong with the stored position of one changelog.
std::string reasonOf(const CheckpointPositions::Changelog& stored,
                     const StateTarget::Changelog& log) {
  if (!stored.topic_id.empty() && !log.topic_id.empty() && stored.topic_id != log.topic_id) {
    return fmt::format("{} is another topic than the checkpoint's", toString(log.partition));
  }
  if (stored.next < log.log_start || stored.next > log.high_watermark) {
    return fmt::format("the checkpoint's position {} lies outside {} [{}, {})", stored.next.value(),
                       toString(log.partition), log.log_start.value(), log.high_watermark.value());
  }
  return {};
}

}  // namespace

CheckpointPositions positionsOf(const std::string& application,
                                const std::vector<StateDeclaration>& operators,
                                const std::vector<StateTarget::Changelog>& changelogs,
                                const CheckpointPoint& point) {
  CheckpointPositions positions{application, point.batch, point.inputs, {}, operators, point.time};
  for (const auto& end : point.changelog_ends) {
    const auto known =
        std::find_if(changelogs.begin(), changelogs.end(),
                     [&](const auto& changelog) { return changelog.partition == end.partition; });
    if (known == changelogs.end()) continue;  // another topic's: the caller passes what it read
    positions.changelogs.push_back({end.partition, end.next, known->topic_id, 0});
  }
  return positions;
}

void setKeys(CheckpointPositions& positions, const TopicPartition& changelog, std::uint64_t keys) {
  for (auto& known : positions.changelogs) {
    if (known.partition == changelog) known.keys = keys;
  }
}

std::uint64_t keysIn(const CheckpointPositions& positions, const TopicPartition& changelog) {
  const auto* known = findChangelog(positions, changelog);
  return known == nullptr ? 0 : known->keys;
}

std::string reasonToRebuild(const CheckpointPositions& stored, const std::string& application,
                            const StateTarget& target) {
  if (stored.application != application) {
    return fmt::format("the checkpoint belongs to application '{}'", stored.application);
  }
  if (stored.batch > target.batch) {
    return fmt::format("the checkpoint of batch {} is ahead of the last committed batch {}",
                       stored.batch.value(), target.batch.value());
  }
  const auto age = target.now - stored.applied;
  if (age < -kClockSkewMax) return "the checkpoint's time lies in the future";
  for (const auto& log : target.changelogs) {
    const auto* known = findChangelog(stored, log.partition);
    if (known == nullptr) continue;  // a new operator's: read from its start
    // Tombstones older than delete.retention may be gone from the log: keys would come back.
    if (age > log.delete_retention / 2) {
      return fmt::format("the checkpoint is {} h old, more than half of delete.retention.ms ({} h)",
                         hoursOf(age), hoursOf(log.delete_retention));
    }
    if (auto reason = reasonOf(*known, log); !reason.empty()) return reason;
  }
  return {};
}

Status checkAgainst(const CheckpointPositions& stored,
                    const std::vector<StateDeclaration>& operators, const StateTarget& target) {
  for (const auto& declared : operators) {
    const auto known = std::find_if(stored.operators.begin(), stored.operators.end(),
                                    [&](const auto& old) { return old.id == declared.id; });
    if (known == stored.operators.end() || *known == declared) continue;
    return Status::fatal(
        ExitCode::kData, "E231",
        fmt::format("the state of '{}' cannot be read by this graph: {}", declared.id,
                    difference(*known, declared)),
        "change it back, give the operator a new id, or: lockstep reset FILE --state clear");
  }
  if (target.as_found) return {};
  if (target.batch.value() == 0 && stored.batch.value() != 0) {
    return Status::fatal(
        ExitCode::kData, "E230",
        fmt::format("the state folder holds batch {}, but nothing was ever committed",
                    stored.batch.value()),
        "the ledger or the cluster is not the application's; else: lockstep reset FILE --state "
        "clear");
  }
  if (stored.batch != target.batch) return {};
  for (const auto& input : target.inputs) {
    const auto known =
        std::find_if(stored.inputs.begin(), stored.inputs.end(),
                     [&](const auto& old) { return old.partition == input.partition; });
    if (known == stored.inputs.end() || known->next == input.next) continue;
    return Status::fatal(
        ExitCode::kData, "E230",
        fmt::format("{}: the state of batch {} stands at offset {}, the committed offset is {}",
                    toString(input.partition), stored.batch.value(), known->next.value(),
                    input.next.value()),
        "offsets were changed from outside; use lockstep reset FILE --to-...");
  }
  return {};
}

}  // namespace lockstep
