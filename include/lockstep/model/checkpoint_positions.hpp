#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lockstep/base/result.hpp>
#include <lockstep/model/offset_range.hpp>
#include <lockstep/model/state_declaration.hpp>

namespace lockstep {

/// What the values of a checkpoint stand for: written last, after all of them are durable.
struct CheckpointPositions {
  struct Changelog {
    TopicPartition partition;
    Offset next;           ///< replay starts here
    std::string topic_id;  ///< "" where the client library cannot tell
    /// How many keys the shard has, about: newer values may be there, when a later checkpoint was
    /// cut short.
    std::uint64_t keys = 0;

    bool operator==(const Changelog&) const = default;
  };
  std::string application;
  BatchId batch;
  std::vector<PartitionOffset> inputs;
  std::vector<Changelog> changelogs;
  std::vector<StateDeclaration> operators;
  WallTime applied;  ///< when the values were known to be complete

  bool operator==(const CheckpointPositions&) const = default;
};

/// 16 hexadecimal digits of XXH3-64 over the rest, a line feed, JSON text with "v":1
/// (docs/formats.md, "Checkpoint").
[[nodiscard]] std::string encode(const CheckpointPositions& positions);
/// An error says what is wrong with the text: checksum, version, structure.
[[nodiscard]] Result<CheckpointPositions> decodeCheckpointPositions(std::string_view text);

}  // namespace lockstep
