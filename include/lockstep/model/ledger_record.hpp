#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lockstep/base/result.hpp>
#include <lockstep/model/batch_plan.hpp>
#include <lockstep/model/state_declaration.hpp>

namespace lockstep {

enum class LedgerKind {
  kBatch,  ///< key "b" + id modulo ledger.batches: batch `plan.id` happened
  kClaim,  ///< key "c" + incarnation modulo 1000: an instance took over; repeats the last batch in
           ///< full
  kPlan,   ///< key "p": batch `plan.id` will be exactly this (graphs with side effects)
};

/// Kafka's identity of a topic; "" where the client library cannot tell.
struct TopicIdentity {
  std::string topic;
  std::string id;
  std::int32_t partitions = 0;

  bool operator==(const TopicIdentity&) const = default;
};

/// Number of records that a batch put into one output partition.
struct OutputCount {
  TopicPartition partition;
  std::uint64_t records = 0;

  bool operator==(const OutputCount&) const = default;
};

/// The content of a file that a batch looked things up in.
struct FileVersion {
  std::string path;
  std::uint64_t hash = 0;  ///< XXH3-64 of its bytes

  bool operator==(const FileVersion&) const = default;
};
[[nodiscard]] FileVersion fileVersion(std::string path, std::string_view content);

/// One entry of the ledger (docs/formats.md, "Ledger"). The last entry alone is enough to recover:
/// claims and plans repeat the last batch's fields.
struct LedgerRecord {
  LedgerKind kind = LedgerKind::kBatch;
  Incarnation incarnation;
  Nonce owner;
  /// The last committed batch (for kBatch: this one). Its ranges' `until` are the committed
  /// offsets.
  BatchPlan batch;
  /// kPlan, and kClaim that found an open plan: the batch that has to run next. id 0 = none.
  BatchPlan open_plan;
  /// Every topic that the application owns or reads, internal ones too.
  std::vector<TopicIdentity> topics;
  /// Signatures of the stateful operators; empty in records of versions that did not write them.
  std::vector<StateDeclaration> states;
  /// End offsets of changelogs, outputs and ledger as known at the previous decision.
  std::vector<PartitionOffset> ends;
  std::vector<OutputCount> outputs;
  /// Tables of files that the batch was computed with, in order of definition.
  std::vector<FileVersion> files = {};
  /// XXH3-64 of the batch's output records in order, and of the previous ledger record's value.
  std::uint64_t outputs_hash = 0;
  std::uint64_t previous_hash = 0;
  /// Hash of the graph that wrote the record: an open plan is run by the same graph only.
  std::uint64_t graph_hash = 0;

  bool operator==(const LedgerRecord&) const = default;
};

/// Key under which Kafka's compaction keeps the record.
[[nodiscard]] std::string ledgerKey(const LedgerRecord& record, std::uint64_t ledger_batches);
/// JSON text, first member "v":1.
[[nodiscard]] std::string encode(const LedgerRecord& record);
[[nodiscard]] Result<LedgerRecord> decodeLedgerRecord(std::string_view value);
/// XXH3-64 over a ledger record's encoded value: the hash chain.
[[nodiscard]] std::uint64_t ledgerHash(std::string_view encoded);

}  // namespace lockstep
