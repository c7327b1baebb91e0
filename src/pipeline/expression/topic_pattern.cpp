#include "src/pipeline/expression/topic_pattern.hpp"

#include <re2/re2.h>

#include "src/pipeline/expression/regex.hpp"

namespace lockstep {

Result<TopicPattern> makeTopicPattern(const std::string& text) {
  auto regex = compileRegex(text);
  if (!regex.ok()) {
    return Status::fatal(ExitCode::kConfiguration, "E021",
                         "the pattern '" + text + "' is wrong: " + regex.status().message(),
                         "RE2 syntax; the whole name has to match, as in 'orders-.*'");
  }
  return TopicPattern{text, [regex = *regex](std::string_view topic) {
                        return re2::RE2::FullMatch({topic.data(), topic.size()}, *regex);
                      }};
}

}  // namespace lockstep
