#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <lockstep/api/lockstep.hpp>

namespace lockstep::test {

/// Settings of an application "inputs" with short batches; `more` as Settings takes it.
[[nodiscard]] Settings inputSettings(const std::string& state_dir = {},
                                     std::vector<std::pair<std::string, std::string>> more = {});

/// The values of a topic, sorted.
[[nodiscard]] std::vector<std::string> valuesIn(LocalKafka& kafka, const std::string& topic);

/// Waits until it is true, at most 20 s; then the test has failed.
void await(const char* what, const std::function<bool()>& true_now);

}  // namespace lockstep::test
