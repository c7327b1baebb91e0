#pragma once

#include <array>
#include <span>
#include <string_view>

#include "src/config/model.hpp"

// How each choice is spelled in the file. Names stand in the order of the enumeration's values.

namespace lockstep::config {

inline constexpr std::array<std::string_view, 2> kCatchUpNames{"bounded", "whole"};
inline constexpr std::array<std::string_view, 2> kBackpressureNames{"none", "pid"};
inline constexpr std::array<std::string_view, 2> kErrorPolicyNames{"stop", "dead_letter"};
inline constexpr std::array<std::string_view, 3> kLatePolicyNames{"drop", "dead_letter", "stop"};
inline constexpr std::array<std::string_view, 2> kGuaranteeNames{"exactly_once", "at_least_once"};
inline constexpr std::array<std::string_view, 4> kSecurityProtocolNames{
    "plaintext", "ssl", "sasl_plaintext", "sasl_ssl"};
inline constexpr std::array<std::string_view, 3> kKafkaReaderNames{"auto", "native", "librdkafka"};
inline constexpr std::array<std::string_view, 5> kFormatNames{"string", "bytes", "long", "double",
                                                              "json"};
inline constexpr std::array<std::string_view, 3> kStartNames{"earliest", "latest", "stop"};
inline constexpr std::array<std::string_view, 1> kPartitionerNames{"murmur2"};

using Names = std::span<const std::string_view>;
[[nodiscard]] constexpr Names choiceNames(CatchUp) { return kCatchUpNames; }
[[nodiscard]] constexpr Names choiceNames(Backpressure) { return kBackpressureNames; }
[[nodiscard]] constexpr Names choiceNames(ErrorPolicy) { return kErrorPolicyNames; }
[[nodiscard]] constexpr Names choiceNames(LatePolicy) { return kLatePolicyNames; }
[[nodiscard]] constexpr Names choiceNames(Guarantee) { return kGuaranteeNames; }
[[nodiscard]] constexpr Names choiceNames(SecurityProtocol) { return kSecurityProtocolNames; }
[[nodiscard]] constexpr Names choiceNames(KafkaReader) { return kKafkaReaderNames; }
[[nodiscard]] constexpr Names choiceNames(DataFormat) { return kFormatNames; }
[[nodiscard]] constexpr Names choiceNames(StartPosition) { return kStartNames; }
[[nodiscard]] constexpr Names choiceNames(Partitioner) { return kPartitionerNames; }

/// The choice as the file spells it.
template <class E>
[[nodiscard]] constexpr std::string_view nameOf(E value) {
  return choiceNames(value)[static_cast<std::size_t>(value)];
}

}  // namespace lockstep::config
