#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bench/programs/digest/view.hpp"

namespace bench {

[[nodiscard]] inline std::string_view keyOf(const rd_kafka_message_t& record) {
  return {static_cast<const char*>(record.key), record.key_len};
}
[[nodiscard]] inline std::string_view valueOf(const rd_kafka_message_t& record) {
  return {static_cast<const char*>(record.payload), record.len};
}

/// Eight bytes of a value, from `offset` on.
template <class Number>
[[nodiscard]] Number numberOf(const rd_kafka_message_t& record, bool big_endian,
                              std::size_t offset = 0) {
  std::uint64_t bits;
  if (record.len < offset + sizeof bits) die("a value is too short for a number");
  std::memcpy(&bits, static_cast<const char*>(record.payload) + offset, sizeof bits);
  if (big_endian) bits = __builtin_bswap64(bits);
  Number number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

/// One number per key. Sums of money are whole cents here: the order of additions differs.
class PerKey : public View {
 public:
  [[nodiscard]] std::uint64_t checksum() const override {
    std::uint64_t sum = 0;
    for (const auto& [key, value] : values_)
      sum += hashBytes(key.data(), key.size(), static_cast<std::uint64_t>(std::llround(value)));
    return sum;
  }
  [[nodiscard]] std::size_t keys() const override { return values_.size(); }

 protected:
  double& at(std::string_view key) { return values_[std::string(key)]; }

 private:
  std::unordered_map<std::string, double> values_;
};

/// What makeView() has of running_view.cpp and window_view.cpp, by name; null: not one of theirs.
[[nodiscard]] std::unique_ptr<View> makeRunningView(const std::string& name);
[[nodiscard]] std::unique_ptr<View> makeWindowView(const std::string& name);

}  // namespace bench
