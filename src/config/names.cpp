#include "src/config/names.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

namespace lockstep::config {
namespace {

constexpr std::size_t kTopicBytesMax = 249;        // Kafka's own bound
constexpr std::size_t kApplicationBytesMax = 120;  // room for "-changelog-" and an id
constexpr std::size_t kLocalBytesMax = 64;

std::string problem(std::string_view name, std::string_view also, std::size_t bytes_max) {
  if (name.empty()) return "it is empty";
  if (name.size() > bytes_max) return fmt::format("it has more than {} characters", bytes_max);
  const auto bad = std::find_if(name.begin(), name.end(), [&](unsigned char c) {
    return c >= 0x80 || (std::isalnum(c) == 0 && also.find(static_cast<char>(c)) == also.npos);
  });
  if (bad == name.end()) return {};
  const auto byte = static_cast<unsigned char>(*bad);
  const std::string found =
      byte > 0x20 && byte < 0x7f ? fmt::format("'{}'", *bad) : "a blank or sign";
  return fmt::format("{} is not allowed in it; use letters, digits and {}", found, also);
}

}  // namespace

std::string topicNameProblem(std::string_view name) {
  if (name == "." || name == "..") return "Kafka reserves it";
  return problem(name, "._-", kTopicBytesMax);
}

std::string applicationNameProblem(std::string_view name) {
  if (!name.empty() && name[0] == '.') return "it begins with a dot";
  if (name.substr(0, 2) == "__") return "Kafka reserves names that begin with __";
  return problem(name, "._-", kApplicationBytesMax);
}

std::string localNameProblem(std::string_view name) { return problem(name, "_-", kLocalBytesMax); }

bool isInternalTopic(std::string_view topic, std::string_view application) {
  return lockstep::isInternalTopic(topic, application);
}

}  // namespace lockstep::config
