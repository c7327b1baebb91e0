#pragma once

#include <string>
#include <vector>

#include <lockstep/formats/text.hpp>

namespace lockstep {

/// For tests of a window's functions: tries `f` and `inverse` on all pairs of `samples`. Empty when
/// inverse(f(a, b), b) is a, and f(b, a) is f(a, b), for all of them; else a text that names the
/// first pair for which it is not: "f(7, 1) = 8, inverse(8, 1) = 9, not 7".
///
///   CHECK(ls::inverseMistake(add, subtract, std::vector{7, 1, -3}) == "");
///
/// Take values as the stream has them: with doubles (0.1 + 0.2) - 0.2 is not 0.1.
/// REQUIRES: T has == and appendText() (formats/text.hpp).
template <class T, class F, class Inverse>
[[nodiscard]] std::string inverseMistake(F f, Inverse inverse, const std::vector<T>& samples) {
  const auto shown = [](const T& value) {
    std::string text;
    appendText(text, value);
    return text;
  };
  const auto call = [&](const char* name, const T& a, const T& b, const T& result) {
    return name + ("(" + shown(a) + ", " + shown(b) + ") = " + shown(result));
  };
  for (const T& a : samples) {
    for (const T& b : samples) {
      const T both = f(a, b);
      const T left = inverse(both, b);
      const T swapped = f(b, a);
      if (!(left == a))
        return call("f", a, b, both) + ", " + call("inverse", both, b, left) + ", not " + shown(a);
      if (!(swapped == both)) return call("f", a, b, both) + ", " + call("f", b, a, swapped);
    }
  }
  return {};
}

}  // namespace lockstep
