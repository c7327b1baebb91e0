#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/model/offset_range.hpp>
#include <lockstep/model/record_batch.hpp>
#include <lockstep/ports/input.hpp>
#include <lockstep/ports/state_table.hpp>

namespace lockstep {

/// Changelog topics, both ways: what a sealed batch appends, and what a restart reads back.
/// docs/formats.md, "Changelog", has the bytes.
class Changelog {
 public:
  virtual ~Changelog() = default;

  /// Appends one record per change: the absolute value, or a tombstone, at the time of the touch.
  /// Copies. Thread: any.
  virtual void encode(std::span<const KeyedValue> changes, RecordBatch& out) const = 0;

  /// Who a replay is for, and who carries it out.
  struct Replayer {
    /// Receives decoded records of the range with that number, in offset order. Views hold during
    /// the call. Thread: that of the range's job; those of different ranges may run side by side.
    std::function<void(std::size_t range, std::span<const KeyedValue> values)> take;
    /// Called alone, each time after about `round_bytes` in memory of all ranges; each of them may
    /// go beyond its share by a chunk. An error ends the replay.
    std::function<Status()> pause;
    std::size_t round_bytes = std::size_t{8} << 20;
    /// Runs job(0) to job(count - 1), side by side or not, and returns when all have ended.
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& job)> run;
  };

  /// Reads `ranges` to their ends, one partition each, and hands all records over.
  /// Gives up with kRetry when nothing moves for `patience`; however long the whole takes, it goes
  /// on while something moves. E233 (kFatal) for a record that is not ours.
  /// REQUIRES: nothing is undecided below any `until`. Thread: control.
  virtual Status replay(std::span<const OffsetRange> ranges, InputFactory& inputs,
                        std::chrono::nanoseconds patience, const Replayer& replayer) = 0;
};

}  // namespace lockstep
