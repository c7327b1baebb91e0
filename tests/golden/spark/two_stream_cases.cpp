// Operators of two streams, and of a list of them.
#include <lockstep/dstream/dstream.hpp>

#include "tests/golden/spark/replay.hpp"

namespace lockstep::golden {

Cases twoStreamCases() {
  return {
      {"union", [](Replay& r) { r.show("all", r.pairs("a").unite(r.pairs("b"))); }},
      {"union_of_itself",
       [](Replay& r) {
         const auto numbers = r.numbers();
         r.show("twice", numbers.unite(numbers));
       }},
      {"union_of_three",
       [](Replay& r) {
         r.show("all", unite({r.numbers("a"), r.numbers("b"), r.numbers("c")}));
       }},
      {"join", [](Replay& r) { r.show("joined", r.pairs("a").join(r.pairs("b"))); }},
      {"left_outer_join",
       [](Replay& r) { r.show("joined", r.pairs("a").leftOuterJoin(r.pairs("b"))); }},
      {"right_outer_join",
       [](Replay& r) { r.show("joined", r.pairs("a").rightOuterJoin(r.pairs("b"))); }},
      {"full_outer_join",
       [](Replay& r) { r.show("joined", r.pairs("a").fullOuterJoin(r.pairs("b"))); }},
      {"join_of_nulls", [](Replay& r) { r.show("joined", r.maybes("a").join(r.maybes("b"))); }},
      {"outer_join_of_nulls",
       [](Replay& r) { r.show("joined", r.maybes("a").fullOuterJoin(r.maybes("b"))); }},
      {"join_with_itself",
       [](Replay& r) {
         const auto pairs = r.pairs();
         r.show("joined", pairs.join(pairs));
       }},
      {"cogroup", [](Replay& r) { r.show("both", r.pairs("a").cogroup(r.pairs("b"))); }},
      {"transform_with",
       [](Replay& r) {
         r.show("both", r.pairs("a").transformWith(
                            r.pairs("b"), [](const auto& a, const auto& b) { return a.join(b); }));
       }},
  };
}

}  // namespace lockstep::golden
