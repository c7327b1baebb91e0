// Windows in batch time.
#include <algorithm>

#include <lockstep/dstream/dstream.hpp>

#include "tests/golden/spark/replay.hpp"

namespace lockstep::golden {
namespace {

using Long = std::int64_t;
using std::chrono::seconds;

constexpr auto kPlus = [](Long a, Long b) { return a + b; };
constexpr auto kSubtract = [](Long a, Long b) { return a - b; };
constexpr auto kMost = [](Long a, Long b) { return std::max(a, b); };

/// A case of reduceByKeyAndWindow with an inverse.
std::function<void(Replay&)> sums(int length, int slide) {
  return [=](Replay& r) {
    r.show("sums", r.pairs().reduceByKeyAndWindow(kPlus, kSubtract, seconds(length), seconds(slide),
                                                  {.id = "sums"}));
  };
}
/// The same over 3 s that slides by 1 s, with a filter.
template <class Keep>
std::function<void(Replay&)> filteredSums(Keep keep) {
  return [=](Replay& r) {
    r.show("sums", r.pairs().reduceByKeyAndWindow(
                       kPlus, kSubtract, seconds(3), seconds(1),
                       [keep](const auto& pair) { return keep(pair.second); }, {.id = "sums"}));
  };
}
/// A case of window.
std::function<void(Replay&)> last(int length, int slide) {
  return [=](Replay& r) {
    r.show("last", r.numbers().window(seconds(length), seconds(slide), {.id = "last"}));
  };
}

Cases inverseCases() {
  return {
      {"count_by_window",
       [](Replay& r) {
         r.show("count", r.numbers().countByWindow(seconds(3), seconds(1), {.id = "last"}));
       }},
      {"count_by_window_slide",
       [](Replay& r) {
         r.show("count", r.numbers().countByWindow(seconds(4), seconds(2), {.id = "last"}));
       }},
      {"reduce_by_window_inverse",
       [](Replay& r) {
         r.show("sum", r.numbers().reduceByWindow(kPlus, kSubtract, seconds(2), seconds(1),
                                                  {.id = "sum"}));
       }},
      {"reduce_by_key_and_window_inverse", sums(3, 1)},
      {"reduce_by_key_and_window_inverse_slide", sums(4, 2)},
      {"reduce_by_key_and_window_tumbling", sums(2, 2)},
      {"reduce_by_key_and_window_gap", sums(1, 2)},
      {"reduce_by_key_and_window_filter", filteredSums([](Long sum) { return sum > 0; })},
      {"reduce_by_key_and_window_zero", filteredSums([](Long sum) { return sum != 0; })},
      {"count_by_value_and_window",
       [](Replay& r) {
         r.show("counts",
                r.texts().countByValueAndWindow(seconds(3), seconds(1), {.id = "counts"}));
       }},
  };
}

Cases plainCases() {
  return {
      {"window", last(3, 1)},
      {"window_slide", last(4, 2)},
      {"window_off_beat", last(3, 2)},
      {"window_of_window",
       [](Replay& r) {
         r.show("outer", r.numbers()
                             .window(seconds(2), seconds(1), {.id = "inner"})
                             .window(seconds(4), seconds(2), {.id = "outer"}));
       }},
      {"window_count",
       [](Replay& r) {
         r.show("count", r.numbers().window(seconds(2), seconds(1), {.id = "last"}).count());
       }},
      {"reduce_by_window",
       [](Replay& r) {
         r.show("most", r.numbers().reduceByWindow(kMost, seconds(2), seconds(1), {.id = "most"}));
       }},
      {"reduce_by_key_and_window",
       [](Replay& r) {
         const auto pairs = r.pairs();
         r.show("sums", pairs.reduceByKeyAndWindow(kPlus, seconds(3), seconds(1), {.id = "sums"}));
         r.show("slow", pairs.reduceByKeyAndWindow(kMost, seconds(4), seconds(2), {.id = "slow"}));
       }},
      {"group_by_key_and_window",
       [](Replay& r) {
         r.show("groups", r.pairs().groupByKeyAndWindow(seconds(3), seconds(1), {.id = "groups"}));
       }},
      {"join_of_windows",
       [](Replay& r) {
         const auto a = r.pairs("a").window(seconds(4), seconds(2), {.id = "long"});
         const auto b = r.pairs("b").window(seconds(2), seconds(2), {.id = "short"});
         r.show("joined", a.join(b));
       }},
      {"union_of_slides",
       [](Replay& r) {
         const auto numbers = r.numbers();
         r.show("all", numbers.window(seconds(2), seconds(2), {.id = "last"}).unite(numbers));
       }},
  };
}

}  // namespace

Cases windowCases() {
  Cases all = plainCases();
  all.merge(inverseCases());
  return all;
}

}  // namespace lockstep::golden
