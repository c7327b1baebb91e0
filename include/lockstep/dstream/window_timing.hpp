#pragma once

#include <algorithm>
#include <chrono>
#include <numeric>
#include <string>

#include <lockstep/model/ids.hpp>

namespace lockstep {

/// When a window in batch time begins and ends. Its boundaries are the multiples of the slide since
/// 1970; the window that ends at B holds the batches with times in (B - length, B]. It is made of
/// panes, each as wide as the greatest common divisor of length and slide: every window is a number
/// of whole panes, and a batch belongs to exactly one.
/// REQUIRES for all but the fields: length and slide are positive.
struct WindowTiming {
  std::chrono::milliseconds length{0};
  std::chrono::milliseconds slide{0};

  [[nodiscard]] std::chrono::milliseconds paneWidth() const {
    return std::chrono::milliseconds(std::gcd(length.count(), slide.count()));
  }
  /// The end of the pane that a batch of that time belongs to.
  [[nodiscard]] BatchTime paneOf(BatchTime batch) const { return ceil(batch, paneWidth()); }
  /// Whether any window holds batches of that time: some fall between windows shorter than the
  /// slide.
  [[nodiscard]] bool holds(BatchTime batch) const { return batch > ceil(batch, slide) - length; }
  /// The window that ends at `boundary` holds the panes that end after this.
  [[nodiscard]] BatchTime beginOf(BatchTime boundary) const { return boundary - length; }
  /// No window after the one that ends at `boundary` holds panes that end up to this.
  [[nodiscard]] BatchTime leftBehind(BatchTime boundary) const {
    return std::min(boundary, boundary + slide - length);
  }
  /// "60000 ms every 10000 ms": a part of the state's signature.
  [[nodiscard]] std::string text() const {
    return std::to_string(length.count()) + " ms every " + std::to_string(slide.count()) + " ms";
  }

 private:
  static BatchTime ceil(BatchTime time, std::chrono::milliseconds width) {
    return BatchTime((time.time_since_epoch() + width - std::chrono::milliseconds(1)) / width *
                     width);
  }
};

}  // namespace lockstep
