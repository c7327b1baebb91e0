#include "tests/sim/mutants.hpp"

#include <map>
#include <utility>
#include <vector>

#include <lockstep/rdd/accumulators.hpp>

namespace lockstep::sim {
namespace {

/// A producer with a bug: each branch is one that somebody could write.
class MutantOutput final : public TransactionalOutput {
 public:
  MutantOutput(std::unique_ptr<TransactionalOutput> real, memory::MemoryKafka& kafka, Mutant mutant)
      : real_(std::move(real)), kafka_(kafka), mutant_(mutant) {}

  Status init(std::chrono::milliseconds timeout) override {
    if (mutant_ != Mutant::kReadBeforeFence) return real_->init(timeout);
    init_later_ = true;
    return {};
  }
  Status begin() override {
    if (std::exchange(init_later_, false)) {
      LOCKSTEP_TRY(real_->init(std::chrono::seconds(20)));
    }
    return real_->begin();
  }
  Status append(const TopicPartition& target, std::span<const EncodedRecord> records,
                Deadline deadline, std::size_t& appended) override {
    if (mutant_ == Mutant::kDeadLetterOutside && target.topic == kDeadLetterTopic) {
      kafka_.admin().produce(target, records);
      appended += records.size();
      return {};
    }
    const bool ours = target.topic == kOutputTopic;
    if (mutant_ == Mutant::kSkipLedger && !ours && target.topic == kApplication + "-ledger") {
      appended += records.size();
      return {};
    }
    if (mutant_ == Mutant::kDropLastRecord && ours && records.size() > 2) {
      std::size_t now = 0;
      const auto status = real_->append(target, records.first(records.size() - 1), deadline, now);
      appended += now + (status.ok() ? 1 : 0);
      return status;
    }
    return real_->append(target, records, deadline, appended);
  }
  Status commit(std::span<const PartitionOffset> consumed, std::string_view metadata,
                std::chrono::milliseconds timeout) override {
    std::vector<PartitionOffset> offsets(consumed.begin(), consumed.end());
    if (mutant_ == Mutant::kOffsetsBeforeFlush) {
      const auto name =
          std::make_shared<memory::ClientName>(memory::ClientName{kTransactionalId, kApplication});
      (void)kafka_.broker().handle(memory::OffsetCommit{name, offsets, std::string(metadata)});
    }
    if (mutant_ == Mutant::kSwapOffsets && offsets.size() > 2)
      std::swap(offsets[0].next, offsets[1].next);
    if (mutant_ == Mutant::kLongCommit) offsets[0].next = Offset{offsets[0].next.value() + 1};
    if (mutant_ == Mutant::kSecondInputForgotten) {
      std::erase_if(offsets, [](const PartitionOffset& offset) {
        return offset.partition.topic == kSecondInputTopic;
      });
    }
    const bool of_block = offsets.size() == 1 && offsets[0].partition.topic == kSecondInputTopic;
    if (mutant_ == Mutant::kBlockNumberForgotten && of_block) offsets[0].next = Offset{0};
    // Something has to be in it: the ledger's own offset, which comes last.
    if (mutant_ == Mutant::kSkipOffsets || mutant_ == Mutant::kOffsetsOutside)
      offsets.erase(offsets.begin(), offsets.end() - 1);
    if (mutant_ == Mutant::kOffsetsOutside) {
      std::vector<CommittedOffset> outside;
      for (const auto& offset : consumed.first(consumed.size() - 1))
        outside.push_back({offset.partition, offset.next, std::string(metadata)});
      kafka_.admin().commit(kApplication, outside);
    }
    if (mutant_ == Mutant::kLoadingIsSuccess && kafka_.broker().coordinatorMoves()) {
      dirty_ = true;
      return {};
    }
    auto status = real_->commit(offsets, metadata, timeout);
    if (status.ok() || status.reaction() != Reaction::kRetry) return status;
    if (mutant_ == Mutant::kUnknownIsAborted) return Status::abort("unknown, so aborted");
    if (mutant_ == Mutant::kUnknownIsCommitted) return {};
    return status;
  }
  Status abort(std::chrono::milliseconds timeout) override {
    if (mutant_ == Mutant::kUnknownIsAborted) return {};
    return real_->abort(timeout);
  }
  bool dirty() const override {
    return mutant_ != Mutant::kIgnoreDirty && (dirty_ || real_->dirty());
  }

 private:
  std::unique_ptr<TransactionalOutput> real_;
  memory::MemoryKafka& kafka_;
  const Mutant mutant_;
  bool init_later_ = false;
  bool dirty_ = false;
};

class MutantOutputs final : public TransactionalOutputFactory {
 public:
  MutantOutputs(std::unique_ptr<TransactionalOutputFactory> real, memory::MemoryKafka& kafka,
                memory::OutputOptions options, Mutant mutant, Prng random)
      : real_(std::move(real)),
        kafka_(kafka),
        options_(std::move(options)),
        mutant_(mutant),
        random_(random) {}

  Result<std::unique_ptr<TransactionalOutput>> createOutput() override {
    auto& factory = real_;
    if (mutant_ == Mutant::kRandomTransactionalId) {
      auto options = options_;
      options.transactional_id += "-" + std::to_string(random_.below(1'000'000));
      factory = kafka_.outputs(options);
    }
    LOCKSTEP_ASSIGN(auto real, factory->createOutput());
    return {std::make_unique<MutantOutput>(std::move(real), kafka_, mutant_)};
  }

 private:
  std::unique_ptr<TransactionalOutputFactory> real_;
  memory::MemoryKafka& kafka_;
  memory::OutputOptions options_;
  const Mutant mutant_;
  Prng random_;
};

/// Does not go back when a batch is run again; or skips what retention has deleted, as
/// auto.offset.reset=earliest does.
class MutantPartition final : public PartitionInput {
 public:
  MutantPartition(PartitionInput& real, TopicPartition name, memory::MemoryKafka& kafka,
                  Mutant mutant)
      : real_(real), name_(std::move(name)), kafka_(kafka), mutant_(mutant) {}
  Status seek(Offset next) override {
    const bool back = next < real_.position();
    return mutant_ == Mutant::kNoSeek && back ? Status() : real_.seek(next);
  }
  Offset position() const override { return real_.position(); }
  Result<RangeRead> read(Offset until, Deadline deadline) override {
    if (mutant_ == Mutant::kSkipDeletedRecords) {
      if (const auto start = logStart(); real_.position() < start) {
        LOCKSTEP_TRY(real_.seek(start));
      }
    }
    if (real_.position() >= until) return RangeRead{nullptr, true};
    return real_.read(until, deadline);
  }

 private:
  [[nodiscard]] Offset logStart() {
    return kafka_.broker().withParts([&](memory::Broker::Parts& parts) {
      const auto* log = parts.topics.log(name_);
      return Offset{log == nullptr ? 0 : log->start()};
    });
  }

  PartitionInput& real_;
  const TopicPartition name_;
  memory::MemoryKafka& kafka_;
  const Mutant mutant_;
};

class MutantInput final : public Input {
 public:
  MutantInput(std::unique_ptr<Input> real, memory::MemoryKafka& kafka, Mutant mutant)
      : real_(std::move(real)), kafka_(kafka), mutant_(mutant) {}
  Status assign(std::span<const PartitionOffset> positions) override {
    partitions_.clear();
    return real_->assign(positions);
  }
  PartitionInput& partition(const TopicPartition& partition) override {
    auto& wrapped = partitions_[partition];
    if (!wrapped)
      wrapped = std::make_unique<MutantPartition>(real_->partition(partition), partition, kafka_,
                                                  mutant_);
    return *wrapped;
  }

 private:
  std::unique_ptr<Input> real_;
  memory::MemoryKafka& kafka_;
  const Mutant mutant_;
  std::map<TopicPartition, std::unique_ptr<MutantPartition>> partitions_;
};

class MutantInputs final : public InputFactory {
 public:
  MutantInputs(std::unique_ptr<InputFactory> real, memory::MemoryKafka& kafka, Mutant mutant)
      : real_(std::move(real)), kafka_(kafka), mutant_(mutant) {}
  Result<std::unique_ptr<Input>> createInput() override {
    LOCKSTEP_ASSIGN(auto real, real_->createInput());
    return {std::make_unique<MutantInput>(std::move(real), kafka_, mutant_)};
  }

 private:
  std::unique_ptr<InputFactory> real_;
  memory::MemoryKafka& kafka_;
  const Mutant mutant_;
};

/// Leaves an aborted batch's changes in the tables: all of it, that of accumulators, or of batches
/// that are too large.
class StubbornState final : public StateBackend {
 public:
  StubbornState(std::unique_ptr<StateBackend> real, Mutant mutant, std::uint64_t share)
      : real_(std::move(real)), mutant_(mutant), share_(share) {}
  StateShard& shard(std::string_view operator_id, ShardId shard) override {
    return real_->shard(operator_id, shard);
  }
  Result<RestoreReport> restore(const StateTarget& target, InputFactory& inputs,
                                std::chrono::nanoseconds patience) override {
    return real_->restore(target, inputs, patience);
  }
  void seal(BatchId batch, std::string_view operator_id, ShardId shard, RecordBatch& out) override {
    real_->seal(batch, operator_id, shard, out);
  }
  void confirm(BatchId batch, std::string_view operator_id, ShardId shard) override {
    real_->confirm(batch, operator_id, shard);
  }
  void rollback(BatchId batch, std::string_view operator_id, ShardId shard) override {
    if (mutant_ == Mutant::kNoStateRollback) return real_->confirm(batch, operator_id, shard);
    if (mutant_ == Mutant::kAccumulatorKept && operator_id == Accumulators::kStateId)
      return real_->confirm(batch, operator_id, shard);
    if (mutant_ == Mutant::kOversizedKept && share_ != 0 && real_->memory(batch).undecided > share_)
      return;
    real_->rollback(batch, operator_id, shard);
  }
  bool prepareCheckpoint(std::string_view operator_id, ShardId shard) override {
    return real_->prepareCheckpoint(operator_id, shard);
  }
  Status writeCheckpoint(const CheckpointPoint& point, bool more) override {
    return real_->writeCheckpoint(point, more);
  }
  const std::vector<StateDeclaration>& declarations() const override {
    return real_->declarations();
  }
  std::uint64_t keys() const override { return real_->keys(); }
  std::uint64_t bytes() const override { return real_->bytes(); }
  StateMemory memory(BatchId batch) const override { return real_->memory(batch); }

 private:
  std::unique_ptr<StateBackend> real_;
  const Mutant mutant_;
  const std::uint64_t share_;
};

}  // namespace

std::unique_ptr<StateBackend> mutated(std::unique_ptr<StateBackend> state, Mutant mutant,
                                      std::uint64_t share) {
  if (mutant != Mutant::kNoStateRollback && mutant != Mutant::kOversizedKept &&
      mutant != Mutant::kAccumulatorKept)
    return state;
  return std::make_unique<StubbornState>(std::move(state), mutant, share);
}

std::unique_ptr<TransactionalOutputFactory> mutated(
    std::unique_ptr<TransactionalOutputFactory> outputs, memory::MemoryKafka& kafka,
    memory::OutputOptions options, Mutant mutant, Prng random) {
  if (mutant == Mutant::kNone) return outputs;
  return std::make_unique<MutantOutputs>(std::move(outputs), kafka, std::move(options), mutant,
                                         random);
}

std::unique_ptr<InputFactory> mutated(std::unique_ptr<InputFactory> inputs,
                                      memory::MemoryKafka& kafka, Mutant mutant) {
  if (mutant != Mutant::kNoSeek && mutant != Mutant::kSkipDeletedRecords) return inputs;
  return std::make_unique<MutantInputs>(std::move(inputs), kafka, mutant);
}

}  // namespace lockstep::sim
