// split(): Java's String.split with a literal separator, as views.
#include <lockstep/api/split.hpp>

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lockstep;
using Parts = std::vector<std::string>;

namespace {
template <class Separator>
Parts parts(std::string_view text, Separator separator) {
  Parts found;
  for (const std::string_view part : split(text, separator)) found.emplace_back(part);
  return found;
}
}  // namespace

TEST_CASE("a text is split as Java's String.split does it", "[unit][api][split]") {
  struct Row {
    std::string text;
    Parts parts;
  };
  const auto row = GENERATE(values<Row>({
      {"to be or", {"to", "be", "or"}},
      {"one", {"one"}},
      {"", {""}},                // an empty text gives one empty part
      {" ", {}},                 // nothing but separators gives none
      {"   ", {}},               //
      {"a  b", {"a", "", "b"}},  // empty parts in between stay
      {" a", {"", "a"}},         // so do those at the front
      {"a b  ", {"a", "b"}},     // those at the end go
  }));
  CAPTURE(row.text);
  CHECK(parts(row.text, ' ') == row.parts);
  CHECK(parts(row.text, " ") == row.parts);
}

TEST_CASE("a separator of several characters is found from the left", "[unit][api][split]") {
  CHECK(parts("a, b, , c, , ", ", ") == Parts{"a", "b", "", "c"});
  CHECK(parts("xaaay", "aa") == Parts{"x", "ay"});
  CHECK(parts("aaa", "aa") == Parts{"", "a"});
  CHECK(parts("aaaa", "aa") == Parts{});
  CHECK(parts("abc", "") == Parts{"abc"});
}

TEST_CASE("parts are views into the text", "[unit][api][split]") {
  const std::string text = "to be";
  const auto view = split(text, ' ');
  auto second = view.begin();
  ++second;
  CHECK((*second).data() == text.data() + 3);
  CHECK(std::distance(view.begin(), view.end()) == 2);
}
