// What `lockstep test` shows of two lists that differ.
#include "src/cli/test_diff.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep::cli;

namespace {

/// Lists of one-letter lines, which are their own keys.
Compared letters(const std::string& expected, const std::string& found) {
  Compared lists;
  for (const char c : expected) lists.expected.push_back({std::string(1, c), std::string(1, c)});
  for (const char c : found) lists.found.push_back({std::string(1, c), std::string(1, c)});
  lists.fits = [expected, found](std::size_t i, std::size_t j) { return expected[i] == found[j]; };
  return lists;
}

std::string shown(const std::vector<DiffLine>& lines) {
  std::string text;
  for (const auto& line : lines) text += line.mark + line.text + " ";
  return text;
}

}  // namespace

TEST_CASE("a list differs where its order does", "[unit][cli][test_diff]") {
  struct Row {
    std::string expected, found, lines;
  };
  const auto row = GENERATE(values<Row>({
      {"abc", "abc", " a  b  c "},
      {"", "", ""},
      {"abc", "ac", " a -b  c "},
      {"ac", "abc", " a +b  c "},
      {"abc", "axc", " a -b +x  c "},
      {"ab", "ba", "-a  b +a "},
      {"ab", "", "-a -b "},
  }));
  std::vector<DiffLine> lines;
  CHECK(inOrder(letters(row.expected, row.found), lines) == (row.expected == row.found));
  CHECK(shown(lines) == row.lines);
}

TEST_CASE("a very long list is compared place by place", "[unit][cli][test_diff]") {
  const std::string expected(2500, 'a');
  auto found = expected;
  found[7] = 'b';
  std::vector<DiffLine> lines;
  CHECK_FALSE(inOrder(letters(expected, found), lines));
  shorten(lines);
  CHECK(shown(lines) == ".4 as expected  a  a  a -a +b  a  a  a .2489 as expected ");
}

TEST_CASE("a map differs by what it holds, not by its order", "[unit][cli][test_diff]") {
  std::vector<DiffLine> lines;
  CHECK(inAnyOrder(letters("abb", "bab"), lines));
  CHECK(shown(lines) == " a  b  b ");
  lines.clear();
  CHECK_FALSE(inAnyOrder(letters("abc", "cbbd"), lines));
  CHECK(shown(lines) == "-a +b +d  b  c ");
}

TEST_CASE("the expected value of a key stands above the one that came", "[unit][cli][test_diff]") {
  Compared lists;
  lists.expected = {{"k: 2", "k"}, {"j: 1", "j"}};
  lists.found = {{"k: 1", "k"}, {"i: 1", "i"}};
  lists.fits = [](std::size_t, std::size_t) { return false; };
  std::vector<DiffLine> lines;
  CHECK_FALSE(inAnyOrder(lists, lines));
  CHECK(shown(lines) == "+i: 1 -j: 1 -k: 2 +k: 1 ");
}

TEST_CASE("a difference stays readable, however long it is", "[unit][cli][test_diff]") {
  std::vector<DiffLine> lines(1000, {'+', "x"});
  shorten(lines);
  REQUIRE(lines.size() == kDifferenceLinesMax + 1);
  CHECK(lines.back().mark == '.');
  CHECK(lines.back().text == "940 more");
}
