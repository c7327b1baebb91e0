#include <lockstep/base/check.hpp>

#include <string>

#include "src/simulation/scheduler.hpp"

namespace lockstep {

/// Takes the place of the library's own, which would abort the whole run: in here only one
/// simulated process dies, and the schedule has failed.
void checkFailed(std::string_view condition, std::string_view message, const char* file, int line) {
  throw sim::BrokenCheck{std::string(file) + ":" + std::to_string(line) + ": " +
                         std::string(condition) + ": " + std::string(message)};
}

}  // namespace lockstep
