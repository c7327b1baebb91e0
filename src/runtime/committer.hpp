#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/transactional_output.hpp>

#include "src/engine/commands.hpp"
#include "src/engine/events.hpp"
#include "src/runtime/prepared_batches.hpp"

namespace lockstep {

/// The producer role: carries out InitProducer and CommitTransaction. The only one that touches the
/// batch producer. Blocking calls, each within its deadline; decides nothing but "again or not".
///
/// Thread     The committer thread.
/// Invariant  At most one producer exists. Never aborts once a commit's outcome is unknown.
class Committer {
 public:
  struct Options {
    TopicPartition ledger;
    std::uint64_t ledger_batches = 100'000;
    /// Pause between two tries of a call that said kRetry.
    std::chrono::milliseconds retry_pause{5};
  };

  Committer(TransactionalOutputFactory& factory, const PreparedBatches& prepared, Clock& clock,
            Options options);

  [[nodiscard]] event::ProducerReady execute(const command::InitProducer& command);
  [[nodiscard]] event::TransactionEnded execute(const command::CommitTransaction& command);

 private:
  void transact(const command::CommitTransaction& command, event::TransactionEnded& ended);
  Status send(const command::CommitTransaction& command, Deadline deadline,
              event::TransactionEnded& ended);
  Status announce(const std::vector<PreparedOutput>& outputs, Deadline deadline,
                  std::vector<std::size_t>& sent);
  Status sendLedger(const LedgerRecord& ledger, Deadline deadline, event::TransactionEnded& ended);
  Status append(const TopicPartition& target, std::span<const EncodedRecord> records,
                Deadline deadline);
  Status commit(const command::CommitTransaction& command, Deadline deadline);
  Status abandon(Status cause, Deadline deadline);

  TransactionalOutputFactory& factory_;
  const PreparedBatches& prepared_;
  Clock& clock_;
  const Options options_;
  std::string ledger_key_;    ///< of the open transaction: the output refers to it
  std::string ledger_value_;  ///< the same
  std::unique_ptr<TransactionalOutput> output_;
};

}  // namespace lockstep
