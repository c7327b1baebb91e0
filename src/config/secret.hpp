#pragma once

#include <string>
#include <utility>

namespace lockstep::config {

/// A text that is never printed. There is no operator<<, no formatter and no comparison; whoever
/// needs the value calls reveal() where it is handed to a library, and nowhere else.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret() { wipe(); }

  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  /// What logs, `explain` and the HTTP interface show in its place.
  [[nodiscard]] const char* redacted() const { return value_.empty() ? "" : "***"; }

 private:
  /// Keeps the value out of a later core file; volatile, so that it is not optimised away.
  void wipe() {
    volatile char* byte = value_.data();
    for (std::size_t i = 0; i < value_.size(); ++i) byte[i] = '\0';
  }

  std::string value_;
};

}  // namespace lockstep::config
