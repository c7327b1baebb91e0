#include "src/runtime/receiver_text.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/chrono.h>

namespace lockstep {
namespace {

constexpr std::size_t kErrorBytesMax = 200;

}  // namespace

std::string shortErrorText(const ReceiverInfo& info) {
  auto error = info.last_error;
  if (error.size() > kErrorBytesMax) {
    std::size_t end = kErrorBytesMax;
    const auto inCharacter = [&] {
      return (static_cast<unsigned char>(error[end]) & 0xc0) == 0x80;
    };
    while (end > 0 && inCharacter()) --end;
    error = error.substr(0, end) + "...";
  }
  std::replace(error.begin(), error.end(), '\n', ' ');
  return error;
}

std::string stateText(const ReceiverInfo& info) {
  if (info.active) return "active";
  if (info.ended) return "at its end";
  std::string text = "not started yet";
  if (info.since) {
    const auto since = std::chrono::system_clock::to_time_t(*info.since);
    text = fmt::format("down since {:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(since));
  }
  if (info.restarts > 0)
    text += fmt::format(" after {} restart{}", info.restarts, info.restarts == 1 ? "" : "s");
  if (!info.last_error.empty()) text += ", the last error: " + shortErrorText(info);
  return text;
}

}  // namespace lockstep
