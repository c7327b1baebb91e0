#include "tests/support/local_input.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

namespace lockstep::test {

Settings inputSettings(const std::string& state_dir,
                       std::vector<std::pair<std::string, std::string>> more) {
  return Settings({.application = "inputs",
                   .batch_interval = std::chrono::milliseconds(10),
                   .state_dir = state_dir,
                   .threads = 1,
                   .more = std::move(more)});
}

std::vector<std::string> valuesIn(LocalKafka& kafka, const std::string& topic) {
  std::vector<std::string> values;
  for (const auto& record : kafka.read(topic)) values.push_back(record.value.value_or("~"));
  std::sort(values.begin(), values.end());
  return values;
}

void await(const char* what, const std::function<bool()>& true_now) {
  const auto deadline = Deadline::in(systemClock(), std::chrono::seconds(20));
  while (!true_now()) {
    INFO(what);
    REQUIRE_FALSE(deadline.passed(systemClock()));
    systemClock().sleep(std::chrono::milliseconds(2));
  }
}

}  // namespace lockstep::test
