// What lengths and slides of windows may be.
#include <algorithm>

#include <fmt/format.h>

#include <lockstep/base/units.hpp>
#include <lockstep/dstream/graph.hpp>

namespace lockstep {
namespace {

using std::chrono::milliseconds;

std::string textOf(milliseconds value) {
  return value.count() < 0 ? "-" + formatDuration(-value) : formatDuration(value);
}

/// The whole multiples of `unit` next to `value`: "500ms, 1s".
std::string nearestMultiples(milliseconds value, milliseconds unit) {
  const milliseconds below = std::max(value / unit * unit, milliseconds(0));
  const std::string above = formatDuration(below + unit);
  return below.count() == 0 ? above : formatDuration(below) + ", " + above;
}

}  // namespace

Status DStreamGraph::checkWindows(milliseconds interval) const {
  for (const WindowRule& window : windows_) {
    const bool of_window = window.parent_slide.count() > 0;
    const milliseconds unit = of_window ? window.parent_slide : interval;
    for (const auto& [name, value] :
         {std::pair{"window", window.timing.length}, std::pair{"slide", window.timing.slide}}) {
      if (value.count() > 0 && value % unit == milliseconds(0)) continue;
      return Status::fatal(
          ExitCode::kConfiguration, "E031",
          fmt::format("step '{}': {} {} is not a whole multiple of the {} {}", window.step, name,
                      textOf(value), of_window ? "stream's slide" : "batch interval",
                      formatDuration(unit)),
          "nearest legal values: " + nearestMultiples(value, unit));
    }
  }
  return {};
}

}  // namespace lockstep
