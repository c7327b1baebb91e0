#pragma once

#include <lockstep/model/batch_plan.hpp>
#include <lockstep/model/ledger_record.hpp>

namespace lockstep {

/// A file that functions of the graph look things up in. It changes between batches only, and the
/// ledger keeps which version each batch has seen. Thread: the caller of the job; no task runs.
class BatchFile {
 public:
  virtual ~BatchFile() = default;
  /// A run of the batch begins, its first or another one: chooses the version for all its tasks.
  virtual void beginBatch(const BatchPlan& plan) = 0;
  /// The one that was chosen last. REQUIRES: a batch has begun.
  [[nodiscard]] virtual FileVersion version() const = 0;
};

}  // namespace lockstep
