#pragma once

// What the C++ of docs/library.md takes for granted; nothing of it is ever linked.
#include <cstdint>
#include <string>
#include <string_view>

#include <lockstep/api/lockstep.hpp>

namespace page {

namespace ls = lockstep;

struct Order {
  std::string country;
  double sum;
};
struct Limits {
  [[nodiscard]] double of(const std::string& country) const;
};

Limits loadLimits();
void report(std::int64_t kept, std::int64_t dropped);
void countWords(ls::StreamingContext& context);

extern ls::Settings settings;
extern ls::StreamingContext context;
extern ls::DStream<std::string_view> words;
extern ls::DStream<Order> orders;

}  // namespace page
