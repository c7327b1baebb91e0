#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <lockstep/rdd/streaming_listener.hpp>

namespace lockstep::cli {

/// How the receivers fare, for a person who looks at the log or the terminal; readers of folders
/// count as receivers. Thread: one at a time.
class ReceiverLines {
 public:
  /// For the log. Empty text: there are no receivers.
  struct Summary {
    std::string text;
    bool alarming = false;  ///< one is down, or errors came since the last summary
  };

  /// What is known about one, or about all of them, now.
  void update(const ReceiverInfo& info) { seen_[info.stream].now = info; }
  void update(const std::vector<ReceiverInfo>& infos) {
    for (const auto& info : infos) update(info);
  }
  /// For the refreshed line: "  DOWN: sensors, lines"; "" when none is.
  [[nodiscard]] std::string down() const;
  /// What each has stored since the last call, by stream, and what is wrong with it.
  [[nodiscard]] Summary takeSummary();

 private:
  struct Seen {
    ReceiverInfo now;
    std::uint64_t records = 0;  ///< as of the last summary, like errors
    std::uint64_t errors = 0;
  };
  std::map<std::string, Seen> seen_;
};

}  // namespace lockstep::cli
