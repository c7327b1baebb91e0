#pragma once

#include <cstddef>

// Tells AddressSanitizer of stacks that are switched by hand; does nothing in other builds.
#if defined(__SANITIZE_ADDRESS__)
#define LOCKSTEP_SIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOCKSTEP_SIM_ASAN 1
#endif
#endif

#ifdef LOCKSTEP_SIM_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace lockstep::sim {

/// Of each fiber: what deep expressions and a query over tables need, and then some. Only what is
/// used takes memory.
inline constexpr std::size_t kStackBytes = 1024 * 1024;

/// A stack as the sanitizer knows it, and what it keeps for it while another one runs.
struct SanitizedStack {
  const void* bottom = nullptr;
  std::size_t bytes = 0;
  void* kept = nullptr;
};

#ifdef LOCKSTEP_SIM_ASAN

/// Right before a switch. `from` is null when its stack will not run again.
inline void beforeSwitch(SanitizedStack* from, const SanitizedStack& to) {
  __sanitizer_start_switch_fiber(from == nullptr ? nullptr : &from->kept, to.bottom, to.bytes);
}
/// First thing after a switch, on the stack `now`. Learns where the switch came from.
inline void afterSwitch(SanitizedStack& now, SanitizedStack* came_from) {
  const void* bottom = nullptr;
  std::size_t bytes = 0;
  __sanitizer_finish_switch_fiber(now.kept, &bottom, &bytes);
  now.kept = nullptr;
  if (came_from == nullptr) return;
  came_from->bottom = bottom;
  came_from->bytes = bytes;
}
/// Frames that never returned have left their redzones on it.
inline void stackIsUsedAgain(const void* bottom, std::size_t bytes) {
  __asan_unpoison_memory_region(bottom, bytes);
}
#else
inline void beforeSwitch(SanitizedStack*, const SanitizedStack&) {}
inline void afterSwitch(SanitizedStack&, SanitizedStack*) {}
inline void stackIsUsedAgain(const void*, std::size_t) {}
#endif

}  // namespace lockstep::sim
