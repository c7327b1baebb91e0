// Operators of one stream that look at one batch.
#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include <lockstep/api/split.hpp>
#include <lockstep/dstream/dstream.hpp>

#include "tests/golden/spark/replay.hpp"

namespace lockstep::golden {
namespace {

using Long = std::int64_t;
using Summary = std::pair<Long, Long>;  // sum and count

constexpr auto kAdd = [](Long a, Long b) { return a + b; };
constexpr auto kLeast = [](Long a, Long b) { return std::min(a, b); };

Cases elementCases() {
  return {
      {"map_filter",
       [](Replay& r) {
         const auto numbers = r.numbers();
         r.show("mapped", numbers.map([](Long n) { return 10 * n; }));
         r.show("kept", numbers.filter([](Long n) { return n > 1; }));
       }},
      {"flat_map",
       [](Replay& r) {
         r.show("words", r.texts().flatMap([](std::string_view text) { return split(text, ' '); }));
       }},
      {"map_values",
       [](Replay& r) {
         using Maybe = std::optional<Long>;
         const auto pairs = r.maybes();
         r.show("mapped", pairs.mapValues([](Maybe v) { return v ? *v + 1 : Long{-1}; }));
         r.show("flat", pairs.flatMapValues([](Maybe v) {
           return v ? std::vector<Maybe>{v, v} : std::vector<Maybe>{};
         }));
       }},
      {"key_by",
       [](Replay& r) {
         r.show("keyed", r.texts().keyBy([](std::string_view text) { return text.substr(0, 1); }));
       }},
      {"map_partitions",
       [](Replay& r) {
         const auto numbers = r.numbers();
         r.show("sums", numbers.mapPartitions([](std::span<const Long> part) {
           return std::array{std::accumulate(part.begin(), part.end(), Long{0})};
         }));
         r.show("parts", numbers.glom());
       }},
      {"repartition", [](Replay& r) { r.show("same", r.pairs().repartition(3)); }},
      {"transform",
       [](Replay& r) {
         const auto pairs = r.pairs();
         r.show("sorted", pairs.transform([](const auto& rdd) {
           return rdd.sortBy([](const auto& pair) { return pair.second; });
         }));
         r.show("sizes", pairs.transform([](const auto& rdd, BatchTime time) {
           using Size = std::pair<std::string, Long>;
           const auto seconds = time.time_since_epoch().count() / 1000;
           return CollectedRdd<Size>(
               {Size{std::to_string(seconds), static_cast<Long>(rdd.count())}});
         }));
       }},
  };
}

Cases foldCases() {
  return {
      {"count", [](Replay& r) { r.show("count", r.numbers().count()); }},
      {"reduce",
       [](Replay& r) {
         const auto numbers = r.numbers();
         r.show("sum", numbers.reduce(kAdd));
         r.show("least", numbers.reduce(kLeast));
       }},
      {"count_by_value", [](Replay& r) { r.show("counts", r.texts().countByValue()); }},
      {"reduce_by_key",
       [](Replay& r) {
         const auto pairs = r.pairs();
         r.show("sums", pairs.reduceByKey(kAdd));
         r.show("least", pairs.reduceByKey(kLeast));
       }},
      {"reduce_by_key_once",
       [](Replay& r) {
         using Maybe = std::optional<Long>;
         r.show("last", r.maybes().reduceByKey([](Maybe, Maybe b) { return b; }));
       }},
      {"group_by_key", [](Replay& r) { r.show("groups", r.pairs().groupByKey()); }},
      {"group_by_key_nulls",
       [](Replay& r) {
         const auto groups = r.maybes().groupByKey();
         r.show("groups", groups);
         r.show("sizes", groups.mapValues(
                             [](const auto& values) { return static_cast<Long>(values.size()); }));
       }},
      {"combine_by_key",
       [](Replay& r) {
         r.show("combined",
                r.pairs().combineByKey(
                    [](Long v) { return std::to_string(v); },
                    [](const std::string& c, Long v) { return c + "+" + std::to_string(v); },
                    [](const std::string& c, const std::string& d) { return c + "/" + d; }));
       }},
      {"combine_by_key_parts",
       [](Replay& r) {
         r.show("means", r.pairs().combineByKey(
                             [](Long v) {
                               return Summary{v, 1};
                             },
                             [](const Summary& c, Long v) {
                               return Summary{c.first + v, c.second + 1};
                             },
                             [](const Summary& c, const Summary& d) {
                               return Summary{c.first + d.first, c.second + d.second};
                             }));
       }},
      {"two_outputs",
       [](Replay& r) {
         const auto sums = r.pairs().reduceByKey(kAdd);
         r.show("sums", sums);
         r.show("positive", sums.filter([](const auto& pair) { return pair.second > 0; }));
       }},
  };
}

}  // namespace

Cases batchCases() {
  Cases all = elementCases();
  all.merge(foldCases());
  return all;
}

}  // namespace lockstep::golden
