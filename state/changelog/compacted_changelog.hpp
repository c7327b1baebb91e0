#pragma once

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/changelog.hpp>

namespace lockstep {

/// First byte of a value in a changelog: the version of the format.
inline constexpr char kChangelogValueVersion = 2;

/// Changelogs as compacted topics: key = the state's key, value = version byte and the state's
/// bytes, null = removed, timestamp = batch time of the last touch (docs/formats.md, "Changelog").
class CompactedChangelog final : public Changelog {
 public:
  /// `clock` lives at least as long.
  explicit CompactedChangelog(Clock& clock) : clock_(clock) {}

  void encode(std::span<const KeyedValue> changes, RecordBatch& out) const override;
  Status replay(std::span<const OffsetRange> ranges, InputFactory& inputs,
                std::chrono::nanoseconds patience, const Replayer& replayer) override;

 private:
  Clock& clock_;
};

}  // namespace lockstep
