#include "src/runtime/append_all.hpp"

namespace lockstep {

Status appendAll(TransactionalOutput& output, const TopicPartition& target,
                 std::span<const EncodedRecord> records, const Patience& patience) {
  for (std::size_t appended = 0; appended < records.size();) {
    std::size_t now = 0;
    const auto status = output.append(target, records.subspan(appended), patience.deadline, now);
    appended += now;
    if (status.ok()) continue;
    if (status.reaction() != Reaction::kRetry || patience.deadline.passed(patience.clock))
      return status.at(toString(target));
    patience.clock.sleep(patience.pause);
  }
  return {};
}

}  // namespace lockstep
