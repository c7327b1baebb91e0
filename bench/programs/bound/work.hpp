#pragma once

#include <memory>
#include <span>
#include <string>

#include "bench/programs/bound/sender.hpp"

namespace bench {

/// What a bound does with its records between two commits. One thread.
class Work {
 public:
  virtual ~Work() = default;
  /// Records of any partitions, in the client's order; their bytes live until the call returns.
  virtual void records(std::span<rd_kafka_message_t* const> messages) = 0;
  /// Before a commit: sends what the transaction still needs.
  virtual void finish() {}
};

/// Where a work's results go: `changelog` is null for works without state.
struct Outputs {
  Sender* sender = nullptr;
  rd_kafka_topic_t* output = nullptr;
  rd_kafka_topic_t* changelog = nullptr;
  int partitions = 0;
};

/// Every record, unchanged.
[[nodiscard]] std::unique_ptr<Work> makeCopy(const Outputs& outputs);
/// The records whose key sorts behind kFilterBound: about a tenth of the `count` input.
[[nodiscard]] std::unique_ptr<Work> makeFilter(const Outputs& outputs);
/// Running count per key of at most 16 bytes, kept per input partition.
[[nodiscard]] std::unique_ptr<Work> makeCount(const Outputs& outputs, int table_bits);
/// Running count per word of the values' lines, sharded by the words' hash.
[[nodiscard]] std::unique_ptr<Work> makeWords(const Outputs& outputs, int table_bits);
/// `amount > 500`, running sum of `amount` by `country` of JSON values.
[[nodiscard]] std::unique_ptr<Work> makeJson(const Outputs& outputs);
/// Count per key of at most 16 bytes over the last `slides` commits: each commit writes every key
/// that the window holds, and what came to the changelog. Values: count, number of the commit.
[[nodiscard]] std::unique_ptr<Work> makeWindow(const Outputs& outputs, int table_bits, int slides);
/// Every record's key with how often it came since the last commit.
[[nodiscard]] std::unique_ptr<Work> makeJoin(const Outputs& outputs, int table_bits);
/// As makeCount(), and every record's key with its count so far.
[[nodiscard]] std::unique_ptr<Work> makeRunning(const Outputs& outputs, int table_bits);
/// Reads and parses as makeJson(), writes nothing: what the targets for JSON are measured against.
[[nodiscard]] std::unique_ptr<Work> makeParse();
/// Reads, and nothing else.
[[nodiscard]] std::unique_ptr<Work> makeConsume();

inline constexpr std::string_view kFilterBound = "k000000900000000";

}  // namespace bench
