#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "src/cli/test_chaos.hpp"
#include "src/cli/test_check.hpp"

// What `lockstep test` has found, and the forms in which it is told.

namespace lockstep::cli {

/// One test that ran.
struct TestResult {
  std::string name;
  std::size_t entries = 0;  ///< of `batches`
  std::chrono::microseconds took{0};
  std::vector<TestFailure> failures;  ///< none: it passed
  std::optional<ChaosResult> chaos =
      {};  ///< with --chaos, unless it failed without; its failures are above
};

/// One file: its tests, or why there are none.
struct TestedFile {
  std::string name;
  std::vector<TestResult> tests;
  std::size_t left_out = 0;        ///< by --filter
  std::string mistakes;            ///< those of a file with errors, as `lint` prints them
  nlohmann::json diagnostics;      ///< the same for --json
  std::vector<std::string> notes;  ///< what --chaos leaves out
};

/// The lines of one test: `ok      NAME`, or `FAILED  NAME` and each failure with its place and
/// difference.
[[nodiscard]] std::string textOfResult(const TestedFile& file, const TestResult& test);
/// "3 tests in 2 files: 2 passed, 1 failed"
[[nodiscard]] std::string summaryOf(const std::vector<TestedFile>& files);
/// [{file, tests: [{name, ok, batches, failures: [{line, column, what, difference}]}], errors}]
[[nodiscard]] nlohmann::json jsonOf(const std::vector<TestedFile>& files);
/// JUnit's XML: a suite for each file, a case for each test.
[[nodiscard]] std::string junitOf(const std::vector<TestedFile>& files);

}  // namespace lockstep::cli
