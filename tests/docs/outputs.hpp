#pragma once

// What the C++ of docs/outputs.md takes for granted.
#include "tests/docs/names.hpp"

namespace page_outputs {

namespace ls = lockstep;

namespace in_topics {
struct Order : HasBytes {
  std::string country;
  std::int64_t shop;
};
extern ls::DStream<Order> orders;
}  // namespace in_topics

namespace in_foreachrdd {
struct Client {
  explicit Client(const std::string& address);
  void send(const std::string& element);
};
extern ls::DStream<std::string_view> stream;
}  // namespace in_foreachrdd

}  // namespace page_outputs
