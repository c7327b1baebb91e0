#pragma once

#include <string>

#include <lockstep/base/result.hpp>
#include <lockstep/model/topic_pattern.hpp>

namespace lockstep {

/// A regular expression (RE2 syntax) that a topic's whole name has to match. E021 when it is none.
[[nodiscard]] Result<TopicPattern> makeTopicPattern(const std::string& text);

}  // namespace lockstep
