#pragma once

// What the C++ of docs/sql_and_models.md takes for granted.
#include "tests/docs/names.hpp"

namespace page_sql_and_models {

namespace ls = lockstep;

namespace in_sql {
struct Click {
  std::string user;
  std::int64_t amount;
};
extern ls::DStream<std::pair<std::string_view, std::int64_t>> pairs;
extern ls::DStream<Click> stream;
inline constexpr auto toRow = [](const Click& c) { return ls::SqlRow{c.user, c.amount}; };
}  // namespace in_sql

namespace in_remembered_batches {
struct Click {
  std::string user;
};
extern ls::DStream<Click> clicks;
}  // namespace in_remembered_batches

namespace in_models_that_learn_from_a_stream_c {
extern ls::DStream<ls::MlVector> points;
extern ls::DStream<std::pair<std::string_view, ls::MlVector>> named_points;
extern ls::DStream<ls::LabeledPoint> labelled;
}  // namespace in_models_that_learn_from_a_stream_c

}  // namespace page_sql_and_models
