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
  std::vector<std::string> topics = {};  ///< REQUIRED
  /// For topics that the application has not read before.
  StartPosition start = StartPosition::kEarliest;
  std::string step = {};  ///< name in messages; "" = the first topic
};

/// A stream of the records of `topics`, without a receiver: each batch is exactly a range of
/// offsets per partition. Throws Error: E009 without topics, E017 when another stream of a topic
/// has another start, E070 after start().
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
