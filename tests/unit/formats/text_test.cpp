// How print shows elements; format names.
#include <lockstep/formats/text.hpp>

#include <lockstep/formats/format.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

template <class T>
std::string textOf(const T& value) {
  std::string text;
  appendText(text, value);
  return text;
}

}  // namespace

TEST_CASE("elements look as Spark prints them", "[unit][formats][text]") {
  CHECK(textOf(std::pair{std::string_view("to"), std::int64_t{2}}) == "(to,2)");
  CHECK(textOf(std::pair{1, std::optional<double>()}) == "(1,null)");
  CHECK(textOf(std::vector<double>{1, 2.5, 1e30}) == "[1.0, 2.5, 1e+30]");
  CHECK(textOf(true) == "true");
  CHECK(textOf(RecordView{"k", std::nullopt, {}, {}, nullptr, {}}) == "(k,null)");
}

TEST_CASE("format names are read and written; unknown ones name the known",
          "[unit][formats][text]") {
  for (const char* name : {"string", "bytes", "long", "double", "json"})
    CHECK(toString(*parseFormat(name)) == name);
  const auto unknown = parseFormat("avro");
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.status().info().help.find("double") != std::string::npos);
}
