#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lockstep/base/error_text.hpp>
#include <lockstep/base/status.hpp>
#include <lockstep/model/offset_range.hpp>

namespace lockstep::fetch {

/// An error code of the broker as ours: the same codes, exit codes and remedies as those of the
/// other reader. What may pass by itself is kRetry; unknown codes are fatal.
[[nodiscard]] Status toStatus(std::int16_t wire_error, std::string_view place);

/// The batch at or behind this position is not as its writer left it (E247).
[[nodiscard]] Status damagedBatch(const PartitionOffset& at, std::string_view what);
/// It is of a message format that this reader does not read (E248).
[[nodiscard]] Status oldFormat(const PartitionOffset& at, int format);

/// No broker has answered in time (E201, kRetry).
[[nodiscard]] Status noAnswer(std::string_view place, std::string_view why);
/// A broker that lacks a request which Kafka has had since 2.4 (E245).
[[nodiscard]] Status brokerTooOld(std::string_view broker, std::string_view missing);

/// The codes that only this reader has.
[[nodiscard]] std::span<const ErrorText> fetchErrorTexts();

}  // namespace lockstep::fetch
