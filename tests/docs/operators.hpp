#pragma once

// What the C++ of docs/operators.md takes for granted.
#include "tests/docs/names.hpp"

namespace page_operators {

namespace ls = lockstep;
using namespace std::chrono_literals;

using Text = std::string_view;
template <class V>
using Pairs = ls::DStream<std::pair<Text, V>>;

struct Order {
  std::string country;
  std::int64_t at;
};

extern Pairs<std::int64_t> pairs;

namespace in_combinebykey {
struct Summary : HasBytes {
  explicit Summary(std::int64_t value);
  Summary operator+(std::int64_t value) const;
  Summary operator+(const Summary& other) const;
};
}  // namespace in_combinebykey

namespace in_foldbykey_aggregatebykey {
struct Stats : HasBytes {
  [[nodiscard]] Stats with(double value) const;
  [[nodiscard]] Stats with(const Stats& other) const;
};
extern Pairs<double> prices;
}  // namespace in_foldbykey_aggregatebykey

namespace in_sumbykey_minbykey_maxbykey_avgbykey_countbykey {
extern Pairs<std::int64_t> amounts;
}

namespace in_groupbykey {
extern Pairs<Text> items;
}

namespace in_cogroup {
extern Pairs<Text> orders;
extern Pairs<double> payments;
}  // namespace in_cogroup

namespace in_join_leftouterjoin_rightouterjoin_fullouterjoin {
extern Pairs<Text> orders;
extern Pairs<double> payments;
}  // namespace in_join_leftouterjoin_rightouterjoin_fullouterjoin

namespace in_union {
extern ls::DStream<Text> north, south, west;
}

namespace in_mapwithstate {
struct Visit : HasBytes {
  [[nodiscard]] Visit with(Text page) const;
};
extern Pairs<Text> clicks;
}  // namespace in_mapwithstate

namespace in_flatmapvalues {
extern Pairs<Text> lines;
}

namespace in_distinct {
extern ls::DStream<Text> ids;
}

namespace in_repartition {
extern ls::DStream<Text> heavy;
}

namespace in_branch {
extern ls::DStream<Order> orders;
bool isSmall(const Order& order);
bool isLarge(const Order& order);
}  // namespace in_branch

namespace in_topn_topnbykey {
extern Pairs<std::int64_t> scores;
inline constexpr auto byPoints = [](const auto& a, const auto& b) { return a.second < b.second; };
}  // namespace in_topn_topnbykey

namespace in_transform_transformwith {
using Entry = std::pair<std::string, std::int64_t>;
struct SpamList {
  [[nodiscard]] std::vector<Entry> entries() const;
};
inline constexpr auto byTime = [](const auto& click) { return click.second; };
extern Pairs<std::int64_t> clicks, left, right;
}  // namespace in_transform_transformwith

namespace in_mappartitions_glom {
extern ls::DStream<std::int64_t> values;
std::int64_t sum(std::span<const std::int64_t> values);
}  // namespace in_mappartitions_glom

namespace in_window {
extern ls::DStream<std::int64_t> readings;
}

namespace in_reducebykeyandwindow {
inline constexpr auto add = [](std::int64_t a, std::int64_t b) { return a + b; };
inline constexpr auto subtract = [](std::int64_t a, std::int64_t b) { return a - b; };
}  // namespace in_reducebykeyandwindow

namespace in_reducebywindow_countbywindow {
extern ls::DStream<double> numbers;
}

namespace in_countbyvalueandwindow {
extern ls::DStream<Text> words;
}

namespace in_groupbykeyandwindow {
extern Pairs<Text> clicks;
}

namespace in_assigntimestamps_withwatermark {
extern ls::DStream<ls::RecordView> records;
extern ls::DStream<Order> parsed;
}  // namespace in_assigntimestamps_withwatermark

namespace in_eventwindow {
struct Click : HasBytes {
  std::int64_t amount;
};
extern ls::EventTimeDStream<Click> clicks;
extern ls::EventTimeDStream<std::pair<Text, std::int64_t>> pairs;
inline constexpr auto user = [](const Click&) { return Text(); };
inline constexpr auto add_amount = [](std::int64_t sum, const Click& c) { return sum + c.amount; };
inline constexpr auto add = [](std::int64_t a, std::int64_t b) { return a + b; };
}  // namespace in_eventwindow

namespace in_process {
struct Visit : HasBytes {};
extern ls::EventTimeDStream<std::pair<std::string, Visit>> visits_by_page;
}  // namespace in_process

}  // namespace page_operators
