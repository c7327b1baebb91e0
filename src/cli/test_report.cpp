#include "src/cli/test_report.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep::cli {
namespace {

std::size_t failed(const TestedFile& file) {
  return static_cast<std::size_t>(std::count_if(file.tests.begin(), file.tests.end(),
                                                [](const auto& t) { return !t.failures.empty(); }));
}

std::string numberOf(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string textOfFailure(const TestedFile& file, const TestFailure& failure) {
  auto text = fmt::format("{}:{}:{}: {}", file.name, failure.place.line, failure.place.column,
                          failure.what);
  if (!failure.difference.empty()) text += ": - expected, + came";
  text += '\n';
  for (const auto& line : failure.difference)
    text += fmt::format("   {} {}\n", line.mark, line.text);
  for (const auto& note : failure.notes) text += fmt::format("   {}\n", note);
  return text;
}

/// XML 1.0 has no way to write most control characters.
std::string xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\n':
        escaped += "&#10;";
        break;
      case '\t':
        escaped += "&#9;";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return escaped;
}

double seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::chrono::microseconds timeOf(const TestedFile& file) {
  std::chrono::microseconds all{0};
  for (const auto& test : file.tests) all += test.took;
  return all;
}

std::string junitCase(const TestedFile& file, const TestResult& test) {
  auto text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\"",
                          xml(file.name), xml(test.name), seconds(test.took));
  if (test.failures.empty() && !test.chaos) return text + "/>\n";
  text += ">\n";
  for (const auto& failure : test.failures) {
    text += fmt::format("      <failure message=\"{}\">{}</failure>\n", xml(failure.what),
                        xml(textOfFailure(file, failure)));
  }
  if (test.chaos)
    text += fmt::format("      <system-out>{}</system-out>\n", xml(textOf(*test.chaos)));
  return text + "    </testcase>\n";
}

nlohmann::json jsonOfChaos(const ChaosResult& chaos) {
  const auto& counts = chaos.counts;
  nlohmann::json json{{"schedules", chaos.schedules},
                      {"kills", counts.kills},
                      {"stops", counts.stops},
                      {"pauses", counts.pauses},
                      {"aborted_transactions", counts.aborted},
                      {"bad_requests", counts.bad_requests},
                      {"disk_errors", counts.disk_errors}};
  if (!chaos.failures.empty()) json["failed_seed"] = chaos.failed_seed;
  return json;
}

}  // namespace

std::string textOfResult(const TestedFile& file, const TestResult& test) {
  auto text = fmt::format("{}  {}: {}\n", test.failures.empty() ? "ok    " : "FAILED", file.name,
                          test.name);
  if (test.chaos) text += fmt::format("        {}\n", textOf(*test.chaos));
  for (const auto& failure : test.failures) text += textOfFailure(file, failure);
  return text;
}

std::string summaryOf(const std::vector<TestedFile>& files) {
  std::size_t all = 0;
  std::size_t bad = 0;
  std::size_t broken = 0;
  for (const auto& file : files) {
    all += file.tests.size();
    bad += failed(file);
    broken += file.mistakes.empty() ? 0 : 1;
  }
  auto text = fmt::format("{} in {}: {} passed, {} failed", numberOf(all, "test"),
                          numberOf(files.size(), "file"), all - bad, bad);
  if (broken > 0) text += fmt::format(", {} with errors", numberOf(broken, "file"));
  return text;
}

nlohmann::json jsonOf(const std::vector<TestedFile>& files) {
  auto all = nlohmann::json::array();
  for (const auto& file : files) {
    auto tests = nlohmann::json::array();
    for (const auto& test : file.tests) {
      auto failures = nlohmann::json::array();
      for (const auto& failure : test.failures) {
        auto lines = nlohmann::json::array();
        for (const auto& line : failure.difference)
          lines.push_back(fmt::format("{} {}", line.mark, line.text));
        failures.push_back({{"line", failure.place.line},
                            {"column", failure.place.column},
                            {"what", failure.what},
                            {"difference", std::move(lines)},
                            {"notes", failure.notes}});
      }
      tests.push_back({{"name", test.name},
                       {"ok", test.failures.empty()},
                       {"batches", test.entries},
                       {"failures", std::move(failures)}});
      if (test.chaos) tests.back()["chaos"] = jsonOfChaos(*test.chaos);
    }
    all.push_back({{"file", file.name},
                   {"tests", std::move(tests)},
                   {"errors", file.mistakes.empty() ? nlohmann::json::array() : file.diagnostics}});
    if (!file.notes.empty()) all.back()["notes"] = file.notes;
  }
  return all;
}

std::string junitOf(const std::vector<TestedFile>& files) {
  std::string suites;
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  for (const auto& file : files) {
    const std::size_t broken = file.mistakes.empty() ? 0 : 1;
    suites += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.6f}\">\n",
        xml(file.name), file.tests.size() + broken, failed(file), broken, seconds(timeOf(file)));
    if (broken != 0) {
      suites += fmt::format(
          "    <testcase classname=\"{0}\" name=\"the file has no errors\">\n"
          "      <error message=\"the file has errors\">{1}</error>\n    </testcase>\n",
          xml(file.name), xml(file.mistakes));
    }
    for (const auto& test : file.tests) suites += junitCase(file, test);
    suites += "  </testsuite>\n";
    tests += file.tests.size() + broken;
    failures += failed(file);
    errors += broken;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites tests=\"{}\" failures=\"{}\" errors=\"{}\">\n{}</testsuites>\n",
      tests, failures, errors, suites);
}

}  // namespace lockstep::cli
