#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lockstep::sim {

/// What can go wrong. Every seed switches a random subset off (swarm testing): some bugs show only
/// where another fault does not hide them.
enum class Fault {
  kLostRequests,
  kLostReplies,
  kDisconnects,
  kLateRequests,  ///< arrive after their sender gave up, or died
  kDuplicates,
  kSlowReplies,
  kSlowMarkers,
  kOutages,  ///< the coordinator answers nobody for a while
  kCrashes,
  kPauses,
  kZombies,  ///< a second instance starts while the first is paused
  kRivals,   ///< a second instance starts beside a running one
  kRestarts,
  kDiskErrors,
  kTornDisk,  ///< a crash loses unsynced writes, or a part of them
  kLostDisk,
  kCompaction,
  kAbortedInput,
  // What happens to topics and offsets (the simulator of tests/sim).
  kGrowth,          ///< input topics get more partitions
  kExpiredOffsets,  ///< committed offsets expire while the application is down
  kTakeovers,       ///< second instances start, and come back with --takeover
  kFailover,        ///< the coordinators move to another broker
  // At most one of these: the application has to stop, with nothing wrong committed.
  kRecreatedInput,  ///< while the application is down an input topic is deleted and made anew
  kDeletedInput,
  kRetention,  ///< the log start passes the committed offset, unless the application is faster
  kCount,
};
inline constexpr std::size_t kFirstChange = static_cast<std::size_t>(Fault::kGrowth);
inline constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::kCount);
[[nodiscard]] std::string_view toString(Fault fault);

/// Which faults a schedule has, and how often requests meet them. The seed decides when.
struct FaultPlan {
  std::uint64_t seed = 0;
  std::array<bool, kFaults> faults{};
  std::int64_t fault_per_thousand = 20;  ///< of requests that meet a fault, per kind

  [[nodiscard]] bool has(Fault fault) const { return faults[static_cast<std::size_t>(fault)]; }
};

}  // namespace lockstep::sim
