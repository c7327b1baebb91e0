// The generated pages in docs/ are what the tables say.
#include "src/config/reference.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include "src/config/client_keys.hpp"
#include "src/config/settings_table.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep::config;

namespace {

std::string readPage(const std::string& name) {
  std::ifstream stream(std::string(LOCKSTEP_SOURCE_DIR "/docs/") + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("docs/configuration.md is what the tables say", "[unit][config][reference]") {
  INFO("regenerate it: cmake --build build/dev --target docs_config");
  CHECK((readPage("configuration.md") == writeReference()));
}

TEST_CASE("settings and client keys are listed once", "[unit][config][reference]") {
  std::set<std::string> paths;
  for (const SettingRow& row : settingsTable()) {
    CHECK(paths.insert(row.path).second);
    CHECK_FALSE(row.text.empty());
  }
  for (std::size_t i = 1; i < clientKeyTable().size(); ++i) {
    CHECK(clientKeyTable()[i - 1].name <
          clientKeyTable()[i].name);  // the look-up is a binary search
  }
}

TEST_CASE("keys that carry the guarantee are refused", "[unit][config][reference]") {
  for (const auto* name : {"enable.idempotence", "isolation.level", "transactional.id", "acks",
                           "enable.auto.commit", "auto.offset.reset", "group.id"}) {
    REQUIRE(findClientKey(name) != nullptr);
    CHECK_FALSE(findClientKey(name)->refused_because.empty());
  }
  CHECK(findClientKey("fetch.wait.max.ms")->refused_because.empty());
}
