#pragma once

#include <string_view>

#include <fmt/format.h>

namespace lockstep::log {

enum class Level { kDebug, kInfo, kWarn, kError, kOff };
enum class Format { kAuto, kText, kJson };  ///< kAuto: text on a terminal, JSON lines otherwise

/// Sets level and format of the process; logs go to stderr. Default: info, auto.
void configure(Level level, Format format);
[[nodiscard]] bool enabled(Level level);
/// One line. Control characters are escaped, so that data cannot forge lines. Thread: any.
void write(Level level, std::string_view message);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kDebug))
    write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kInfo)) write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kWarn)) write(Level::kWarn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kError))
    write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace lockstep::log
