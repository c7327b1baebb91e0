#pragma once

// What the C++ of docs/tables.md takes for granted.
#include "tests/docs/names.hpp"

namespace page_tables {

namespace ls = lockstep;

extern ls::StreamingContext context;

namespace in_a_table_of_a_topic {
extern ls::DStream<std::pair<std::string_view, std::string_view>> orders;
std::string_view customerOf(std::string_view order);
}  // namespace in_a_table_of_a_topic

namespace in_a_table_of_a_file {
struct Payment {
  std::string currency;
  double amount;
};
struct Amount {
  double euro;
};
extern ls::DStream<Payment> payments;
ls::Result<ls::FileTable<double>::Rows> parse(const std::string& text);
}  // namespace in_a_table_of_a_file

}  // namespace page_tables
