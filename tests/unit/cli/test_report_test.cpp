// The results of `lockstep test` as text, JSON and JUnit's XML.
#include "src/cli/test_report.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep::cli;

namespace {

std::vector<TestedFile> results() {
  TestedFile file;
  file.name = "a.yaml";
  file.tests.push_back({"passes", 2, std::chrono::milliseconds(1500), {}});
  TestFailure failure;
  failure.place.line = 7;
  failure.place.column = 9;
  failure.what = "counts, batch 2";
  failure.difference = {{'-', "\"<a>\": 1"}, {'+', "\"&\": \x01"}};
  file.tests.push_back({"fails \"so\"", 1, std::chrono::milliseconds(250), {failure}});
  TestedFile broken;
  broken.name = "b.yaml";
  broken.mistakes = "b.yaml:1:1: error[E009]\n";
  broken.diagnostics = nlohmann::json::array({{{"code", "E009"}}});
  return {file, broken};
}

}  // namespace

TEST_CASE("a failed test shows its place and the difference", "[unit][cli][test_report]") {
  const auto files = results();
  CHECK(textOfResult(files[0], files[0].tests[0]) == "ok      a.yaml: passes\n");
  CHECK(textOfResult(files[0], files[0].tests[1]) ==
        "FAILED  a.yaml: fails \"so\"\n"
        "a.yaml:7:9: counts, batch 2: - expected, + came\n"
        "   - \"<a>\": 1\n"
        "   + \"&\": \x01\n");
  CHECK(summaryOf(files) == "2 tests in 2 files: 1 passed, 1 failed, 1 file with errors");
}

TEST_CASE("JUnit's XML is escaped", "[unit][cli][test_report]") {
  CHECK(junitOf(results()) ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites tests=\"3\" failures=\"1\" errors=\"1\">\n"
        "  <testsuite name=\"a.yaml\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"1.750000\">\n"
        "    <testcase classname=\"a.yaml\" name=\"passes\" time=\"1.500000\"/>\n"
        "    <testcase classname=\"a.yaml\" name=\"fails &quot;so&quot;\" time=\"0.250000\">\n"
        "      <failure message=\"counts, batch 2\">a.yaml:7:9: counts, batch 2: - expected, + came"
        "&#10;   - &quot;&lt;a&gt;&quot;: 1&#10;   + &quot;&amp;&quot;: ?&#10;</failure>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "  <testsuite name=\"b.yaml\" tests=\"1\" failures=\"0\" errors=\"1\" time=\"0.000000\">\n"
        "    <testcase classname=\"b.yaml\" name=\"the file has no errors\">\n"
        "      <error message=\"the file has errors\">b.yaml:1:1: error[E009]&#10;</error>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
}

TEST_CASE("the same as JSON", "[unit][cli][test_report]") {
  const auto json = jsonOf(results());
  CHECK(json[0]["tests"][0]["ok"] == true);
  CHECK(json[0]["tests"][1]["failures"][0]["line"] == 7);
  CHECK(json[0]["tests"][1]["failures"][0]["difference"][0] == "- \"<a>\": 1");
  CHECK(json[0]["errors"].empty());
  CHECK(json[1]["errors"][0]["code"] == "E009");
}
