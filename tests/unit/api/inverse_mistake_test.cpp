// The helper that tests of windows try their functions with.
#include <lockstep/api/inverse_mistake.hpp>

#include <string>
#include <utility>

#include "tests/support/catch.hpp"

using lockstep::inverseMistake;

TEST_CASE("an inverse that undoes is no mistake, one that does not is named with its values",
          "[unit][api][inverse_mistake]") {
  const std::vector samples{7, 1, -3};
  const auto add = [](int a, int b) { return a + b; };
  CHECK(inverseMistake(
            add, [](int a, int b) { return a - b; }, samples)
            .empty());
  CHECK(inverseMistake(add, add, samples) == "f(7, 7) = 14, inverse(14, 7) = 21, not 7");
}

TEST_CASE("a function that depends on the order is named", "[unit][api][inverse_mistake]") {
  const auto join = [](const std::string& a, const std::string& b) { return a + b; };
  const auto cut = [](const std::string& a, const std::string& b) {
    return a.substr(0, a.size() - b.size());
  };
  CHECK(inverseMistake(join, cut, std::vector<std::string>{"x", "yz"}) ==
        "f(x, yz) = xyz, f(yz, x) = yzx");
}

TEST_CASE("samples are of any type that print can show", "[unit][api][inverse_mistake]") {
  using Sums = std::pair<int, int>;
  const auto add = [](const Sums& a, const Sums& b) {
    return Sums{a.first + b.first, a.second + b.second};
  };
  const auto forgets = [](const Sums& a, const Sums& b) {
    return Sums{a.first - b.first, a.second};
  };
  CHECK(inverseMistake(add, forgets, std::vector<Sums>{{1, 2}}) ==
        "f((1,2), (1,2)) = (2,4), inverse((2,4), (1,2)) = (1,4), not (1,2)");
}
