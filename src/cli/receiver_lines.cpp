#include "src/cli/receiver_lines.hpp"

#include <fmt/format.h>

#include "src/runtime/receiver_text.hpp"

namespace lockstep::cli {

std::string ReceiverLines::down() const {
  std::string names;
  for (const auto& [stream, seen] : seen_)
    if (seen.now.down()) names += (names.empty() ? "  DOWN: " : ", ") + stream;
  return names;
}

ReceiverLines::Summary ReceiverLines::takeSummary() {
  Summary summary;
  for (auto& [stream, seen] : seen_) {
    const auto& now = seen.now;
    summary.text += fmt::format("{}{} {} records", summary.text.empty() ? "received: " : "; ",
                                stream, now.records - seen.records);
    const auto errors = now.errors - seen.errors;
    if (errors > 0) summary.text += fmt::format(", {} error{}", errors, errors == 1 ? "" : "s");
    if (now.down()) {
      summary.text += ", " + stateText(now);
    } else if (errors > 0) {
      summary.text += ", the last one: " + shortErrorText(now);
    }
    summary.alarming = summary.alarming || now.down() || errors > 0;
    seen.records = now.records;
    seen.errors = now.errors;
  }
  return summary;
}

}  // namespace lockstep::cli
