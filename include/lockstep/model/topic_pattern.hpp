#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace lockstep {

/// Topics that are read because of their names, also those that do not exist yet.
struct TopicPattern {
  std::string text;  ///< as written: what tells one pattern from another
  /// Whether the whole name matches. Asked per topic, never per record. Thread: any.
  std::function<bool(std::string_view topic)> matches;
};

}  // namespace lockstep
