#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <lockstep/model/ids.hpp>

namespace lockstep {

/// The text committed beside every offset: "v1;batch=12;inc=3;own=00ab34cd12ef5678", on keep-alives
/// with ";beat=7" at the end. Printable ASCII, far below Kafka's 4096 bytes.
struct CommitMetadata {
  BatchId batch;
  Incarnation incarnation;
  Nonce owner;
  std::uint64_t beat = 0;  ///< 0 = a batch or claim; else the n-th keep-alive since then

  bool operator==(const CommitMetadata&) const = default;
};

[[nodiscard]] std::string format(const CommitMetadata& metadata);
/// Nothing when the text is not ours: committed by another program, or by a newer version of the
/// format.
[[nodiscard]] std::optional<CommitMetadata> parseCommitMetadata(std::string_view text);

}  // namespace lockstep
