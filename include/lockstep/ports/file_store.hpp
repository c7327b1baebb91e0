#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <lockstep/base/status.hpp>
#include <lockstep/model/ledger_record.hpp>
#include <lockstep/model/record.hpp>

namespace lockstep {

/// The files that batches write: prepared before the batch's transaction, shown after its commit,
/// so that a file stands under its name only when its batch happened, and whole.
///
/// Life      recover() once, after the application is claimed and before the first batch; then per
///           batch prepare()*, and publish() or discard().
/// Thread    recover(): the control thread; the rest: the compute thread, later.
/// Errors    kFatal with exit code 74 and the path; what was prepared stays, and the next start's
///           recover() finishes it. A second call for the same batch does no harm.
class FileStore {
 public:
  virtual ~FileStore() = default;

  /// Writes the values of `parts`, one after another, to a file that will be `path` (absolute), and
  /// syncs it. Not visible under its name yet.
  virtual Status prepare(BatchId batch, const std::string& path,
                         std::span<const std::span<const EncodedRecord>> parts) = 0;

  /// The batch is committed: its files get their names, by one rename each, and the folders are
  /// synced.
  virtual Status publish(BatchId batch) = 0;

  /// The batch is taken back: its files go. What cannot be removed now goes at the next start.
  virtual void discard(BatchId batch) = 0;

  /// Publishes what batches up to `committed` have prepared, removes what later ones have, and
  /// checks that every file among `written`, what the last committed batch put out, is there or was
  /// there (E321).
  virtual Status recover(BatchId committed, std::span<const OutputCount> written) = 0;
};

/// The name of the file that a batch writes in a folder of an output: "part-0000000042".
[[nodiscard]] inline std::string partName(BatchId batch) {
  constexpr std::size_t kDigits = 10;
  const std::string number = std::to_string(batch.value());
  return "part-" + std::string(kDigits - std::min(kDigits, number.size()), '0') + number;
}

/// Whether an output of a batch is a file: its "topic" is an absolute path.
[[nodiscard]] inline bool isFile(const TopicPartition& output) {
  return !output.topic.empty() && output.topic.front() == '/';
}

}  // namespace lockstep
