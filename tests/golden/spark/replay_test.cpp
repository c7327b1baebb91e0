// What Spark did with the cases of data/, and what Lockstep's operators do with them.
#include "tests/golden/spark/replay.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/support/catch.hpp"

using namespace lockstep::golden;

namespace {

Cases allCases() {
  Cases all = batchCases();
  all.merge(twoStreamCases());
  all.merge(stateCases());
  all.merge(windowCases());
  return all;
}

std::set<std::string> dataFiles() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(LOCKSTEP_SPARK_DATA))
    if (entry.path().extension() == ".json") names.insert(entry.path().stem().string());
  return names;
}

Json load(const std::string& name) {
  std::ifstream file(std::string(LOCKSTEP_SPARK_DATA) + "/" + name + ".json");
  return Json::parse(file);
}

}  // namespace

TEST_CASE("every case that Spark ran is replayed, and no other", "[golden][spark]") {
  std::set<std::string> replayed;
  for (const auto& [name, build] : allCases()) replayed.insert(name);
  CHECK(replayed == dataFiles());
}

TEST_CASE("operators give what Spark's give, batch by batch", "[golden][spark]") {
  for (const auto& [name, build] : allCases()) {
    DYNAMIC_SECTION(name) {
      const Json data = load(name);
      Replay replay(data);
      build(replay);
      if (data.contains("refused"))
        CHECK(replay.refusal().find(data.at("refused").get<std::string>()) != std::string::npos);
      else
        replay.run();
    }
  }
}

TEST_CASE("a case that differs on purpose does differ, and the page says so", "[golden][spark]") {
  std::ifstream page(LOCKSTEP_DIFFERENCES_PAGE);
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  for (const std::string& name : dataFiles()) {
    const Json data = load(name);
    CAPTURE(name);
    CHECK(data.contains("differs") == data.contains("lockstep"));
    CHECK((data.contains("differs") || !data.contains("spark_fails")));
    if (!data.contains("differs")) continue;
    CHECK(data.at("lockstep") != data.at("spark"));
    CHECK(text.find(data.at("differs").get<std::string>()) != std::string::npos);
  }
}
