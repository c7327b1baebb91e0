#pragma once

#include <optional>
#include <string>

#include <lockstep/model/ids.hpp>

namespace lockstep {

/// The file `state.dir/other-owner`: an earlier start ended with exit 73, because the instance with
/// this nonce owns the application. The next start watches it before it fences anybody.
/// Thread: control. Failures to write are logged: without the marker the next start is less polite.
class OwnerMarker {
 public:
  /// Without a folder there is never a marker.
  explicit OwnerMarker(std::optional<std::string> state_dir);

  [[nodiscard]] std::optional<Nonce> read() const;
  void write(Nonce owner) const;
  void clear() const;

 private:
  std::optional<std::string> path_;
};

}  // namespace lockstep
