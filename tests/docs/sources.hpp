#pragma once

// What the C++ of docs/sources.md takes for granted.
#include "tests/docs/names.hpp"

namespace page_sources {

extern lockstep::StreamingContext context;

namespace in_receivers {
struct Message {
  std::string text;
  std::string device;
  std::int64_t number;
};
struct Bus {
  Message next();
  void acknowledge(const Message& message);
};
}  // namespace in_receivers

}  // namespace page_sources
