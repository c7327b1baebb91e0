// One code, one meaning: the tables of all modules together.
#include "src/cli/error_texts.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include "src/config/codes.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

std::vector<ErrorText> allTexts() {
  auto all = cli::otherErrorTexts();
  const auto files = config::codeTable();
  all.insert(all.end(), files.begin(), files.end());
  return all;
}

}  // namespace

TEST_CASE("a code stands in one table only, with a title and a text", "[unit][cli][error_texts]") {
  std::set<std::string_view> codes;
  for (const auto& error : allTexts()) {
    CAPTURE(error.code);
    CHECK(codes.insert(error.code).second);
    CHECK_FALSE(error.title.empty());
    CHECK_FALSE(error.text.empty());
  }
}

TEST_CASE("explain finds the codes of every module, in either case", "[unit][cli][error_texts]") {
  for (const auto& error : allTexts()) {
    CAPTURE(error.code);
    CHECK(cli::errorText(error.code) == std::string(error.code) + ": " + std::string(error.title) +
                                            "\n\n" + std::string(error.text) + "\n");
  }
  CHECK(cli::errorText("e203") == cli::errorText("E203"));
  CHECK(cli::errorText("E999").empty());
}

TEST_CASE("docs/errors.md is what the tables say", "[unit][cli][error_texts]") {
  std::ifstream stream(LOCKSTEP_SOURCE_DIR "/docs/errors.md", std::ios::binary);
  const std::string page{std::istreambuf_iterator<char>(stream), {}};
  INFO("regenerate it: cmake --build build/dev --target docs_errors");
  CHECK((page == config::writeErrorsPage(cli::otherErrorTexts())));
}
