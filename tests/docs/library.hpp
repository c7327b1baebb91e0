#pragma once

// What the C++ of docs/library.md takes for granted.
#include "tests/docs/names.hpp"

namespace page_library {

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
void count(const std::string& name, const std::string& stream, std::uint64_t value);
void gauge(const std::string& name, const std::string& stream, std::uint64_t value);
void alert(const std::string& stream, const std::string& what);
void countWords(ls::StreamingContext& context);

extern ls::Settings settings;
extern ls::StreamingContext context;
extern ls::DStream<std::string_view> words;
extern ls::DStream<Order> orders;

}  // namespace page_library
