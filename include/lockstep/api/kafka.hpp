#pragma once

#include <string>
#include <utility>
#include <vector>

#include <lockstep/api/streaming_context.hpp>
#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/dstream/record_builder.hpp>

namespace lockstep::kafka {

struct DirectStreamOptions {
  std::vector<std::string> topics = {};  ///< REQUIRED, or `pattern`
  /// Instead of topics: a regular expression (RE2) that a topic's whole name has to match. Topics
  /// that come later are read from their beginning.
  std::string pattern = {};
  /// For topics that the application has not read before.
  StartPosition start = StartPosition::kEarliest;
  std::string step = {};  ///< name in messages; "" = the first topic, or the pattern
};

/// A stream of the records of `topics`, without a receiver: each batch is exactly a range of
/// offsets per partition. Several streams may read the same topic. Throws Error: E009 without
/// topics and pattern, E010 with both, E017 when another stream of a topic has another start, E021
/// for a pattern that is none, E070 after start().
[[nodiscard]] DStream<RecordView> createDirectStream(StreamingContext& context,
                                                     const DirectStreamOptions& options);

/// Writes every element to options.topic, in the batch's transaction: a pair as key and value,
/// anything else as a value without key; an empty optional value as null. `encoder` turns elements
/// of other types into records (dstream/to_record.hpp); toRecord() makes one that chooses topics,
/// partitions and headers (dstream/record_builder.hpp). Throws Error E070 after start(), E009
/// unless exactly one of options.topic and options.topic_prefix is given.
template <class T, class Encoder = ToRecord<T>>
void save(const DStream<T>& stream, const KafkaOutputOptions& options, Encoder encoder = {}) {
  kafkaOutput(stream, options, std::move(encoder));
}

}  // namespace lockstep::kafka
