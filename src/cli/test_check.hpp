#pragma once

#include <string>
#include <vector>

#include "src/cli/test_session.hpp"

namespace lockstep::cli {

/// One line of a difference: '-' was expected and did not come, '+' came and was not expected, ' '
/// is as expected, '.' says how many lines are not shown.
struct DiffLine {
  char mark = ' ';
  std::string text;
};

/// One expectation that does not hold.
struct TestFailure {
  config::Place place;  ///< of the expectation
  std::string what;     ///< "counts, batch 2"
  std::vector<DiffLine> difference;
  std::vector<std::string> notes = {};  ///< lines below the difference
};

/// Compares what was seen with what the test expects; empty when all of it holds. A stream's
/// batches beyond the written ones have to be empty, and so have dead letters that nothing expects:
/// a record that falls out is a surprise. Streams, then state, then dead letters.
[[nodiscard]] std::vector<TestFailure> check(const config::ApplicationConfig& application,
                                             const config::TestConfig& test,
                                             const TestObservation& seen);

}  // namespace lockstep::cli
