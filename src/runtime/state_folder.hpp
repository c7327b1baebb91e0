#pragma once

#include <optional>
#include <string>

#include <lockstep/base/result.hpp>

namespace lockstep {

/// The application's `state.dir`, made and locked: taken before anything else happens, so that a
/// second instance on this machine ends before it fences the first. Life: the lock goes with the
/// object, or with the process.
class StateFolder {
 public:
  /// Makes the folder (0700) and locks it. Without a path: nothing to hold.
  /// Errors: E702 (exit 73) another process holds it, E703 (exit 74) it cannot be made or written.
  [[nodiscard]] static Result<StateFolder> open(const std::optional<std::string>& path);

  StateFolder(StateFolder&& other) noexcept;
  StateFolder& operator=(StateFolder&&) = delete;
  ~StateFolder();

 private:
  explicit StateFolder(int lock) : lock_(lock) {}

  int lock_;  ///< descriptor of the locked file; -1 without a folder
};

}  // namespace lockstep
