#pragma once

#include <memory>
#include <string>

#include <lockstep/ports/input.hpp>
#include <lockstep/ports/state_backend.hpp>
#include <lockstep/ports/transactional_output.hpp>

#include "connectors/memory/memory_kafka.hpp"
#include "src/simulation/prng.hpp"
#include "src/simulation/sim_disk.hpp"
#include "tests/sim/options.hpp"

namespace lockstep::sim {

/// Names that wrappers and checks share.
inline const std::string kApplication = "app";
inline const std::string kTransactionalId = "lockstep-app";
inline const std::string kInputTopic = "in";
inline const std::string kSecondInputTopic = "in2";
inline const std::string kPositionsTopic = "in2-positions";
inline const std::string kReceiverTransactions = "receiver-in2";
inline const std::string kOutputTopic = "out";
inline const std::string kDeadLetterTopic = "dead";
inline const std::string kStateId = "state";

/// The producers of an instance, with the bug that the mutant puts into them; the real ones as they
/// are for Mutant::kNone.
[[nodiscard]] std::unique_ptr<TransactionalOutputFactory> mutated(
    std::unique_ptr<TransactionalOutputFactory> outputs, memory::MemoryKafka& kafka,
    memory::OutputOptions options, Mutant mutant, Prng random);
/// The same for the inputs of batches.
[[nodiscard]] std::unique_ptr<InputFactory> mutated(std::unique_ptr<InputFactory> inputs,
                                                    memory::MemoryKafka& kafka, Mutant mutant);
/// The same for the state; `share` is what a batch may have of it.
[[nodiscard]] std::unique_ptr<StateBackend> mutated(std::unique_ptr<StateBackend> state,
                                                    Mutant mutant, std::uint64_t share);

/// What of a mutant is in the disk's store.
[[nodiscard]] inline StoreBug storeBugOf(Mutant mutant) {
  if (mutant == Mutant::kCheckpointWithoutSync) return StoreBug::kWithoutSync;
  return mutant == Mutant::kPositionsFirst ? StoreBug::kPositionsFirst : StoreBug::kNone;
}

}  // namespace lockstep::sim
