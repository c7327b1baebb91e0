#pragma once

#include <string>
#include <vector>

#include "connectors/fetch/fetch_ports.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/fetch/fake_broker.hpp"

namespace lockstep::fetch::test {

inline constexpr std::chrono::milliseconds kPatience{20'000};

inline TopicPartition partitionOf(std::int32_t number) { return {"in", Partition{number}}; }

/// Waits seldom and gives up early, so that faults pass quickly.
inline FetchSettings quickSettings(const std::string& bootstrap) {
  FetchSettings settings;
  settings.bootstrap = bootstrap;
  settings.error_backoff = std::chrono::milliseconds(5);
  settings.reconnect_backoff = std::chrono::milliseconds(5);
  settings.reconnect_backoff_max = std::chrono::milliseconds(20);
  return settings;
}

/// Reads up to `until`: "OFFSET:VALUE" of each record.
inline std::vector<std::string> readRange(PartitionInput& input, std::int64_t until) {
  std::vector<std::string> values;
  const auto deadline = Deadline::in(systemClock(), kPatience);
  for (;;) {
    const auto read = input.read(Offset{until}, deadline);
    INFO((read.ok() ? "" : read.status().toString()));
    REQUIRE(read.ok());
    if (read->chunk) {
      for (const auto& record : read->chunk->records()) {
        values.push_back(std::to_string(record.offset.value()) + ":" +
                         std::string(record.value.value_or("null")));
      }
    }
    if (read->complete) return values;
    REQUIRE_FALSE(deadline.passed(systemClock()));
  }
}

/// The error that reading up to `until` ends with.
inline Status errorOf(PartitionInput& input, std::int64_t until) {
  const auto deadline = Deadline::in(systemClock(), kPatience);
  for (;;) {
    auto read = input.read(Offset{until}, deadline);
    if (!read.ok()) return read.status();
    REQUIRE_FALSE(read->complete);
    REQUIRE_FALSE(deadline.passed(systemClock()));
  }
}

/// An input of partition 0 from `from`.
struct Reading {
  FetchInput input;

  Reading(const FetchSettings& settings, std::int64_t from = 0) : input(settings, systemClock()) {
    const PartitionOffset start{partitionOf(0), Offset{from}};
    const auto status = input.assign({&start, 1});
    INFO((status.ok() ? "" : status.toString()));
    REQUIRE(status.ok());
  }
  PartitionInput& reader() { return input.partition(partitionOf(0)); }
};

}  // namespace lockstep::fetch::test
