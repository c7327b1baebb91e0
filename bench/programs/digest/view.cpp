#include "bench/programs/digest/view.hpp"

#include <algorithm>

#include "bench/programs/digest/view_parts.hpp"

namespace bench {
namespace {

/// Every record, in any order.
class Records : public View {
 public:
  void add(const rd_kafka_message_t& record) override {
    checksum_ += hashBytes(record.key, record.key_len, hashBytes(record.payload, record.len));
  }
  [[nodiscard]] std::uint64_t checksum() const override { return checksum_; }

 private:
  std::uint64_t checksum_ = 0;
};

/// What the workload `filter` keeps.
class Filtered final : public Records {
 public:
  void add(const rd_kafka_message_t& record) override {
    if (keyOf(record) > "k000000900000000") Records::add(record);
  }
};

class Keys final : public PerKey {
 public:
  void add(const rd_kafka_message_t& record) override { at(keyOf(record)) += 1; }
};

class Words final : public PerKey {
 public:
  void add(const rd_kafka_message_t& record) override {
    std::string_view rest = valueOf(record);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      if (end > 0) at(rest.substr(0, end)) += 1;
      rest.remove_prefix(std::min(rest.size(), end + 1));
    }
  }
};

/// The generator's own documents, read by position: no JSON library to agree with by accident.
class Amounts final : public PerKey {
 public:
  void add(const rd_kafka_message_t& record) override {
    const std::string_view value = valueOf(record);
    const double amount =
        std::strtod(std::string(field(value, "\"amount\":", 20)).c_str(), nullptr);
    if (amount > 500) at(field(value, "\"country\":\"", 2)) += std::round(amount * 100);
  }

 private:
  static std::string_view field(std::string_view text, std::string_view name, std::size_t size) {
    const std::size_t found = text.find(name);
    if (found == text.npos) die("an input record without " + std::string(name));
    return text.substr(found + name.size(), size);
  }
};

/// The last value of each key, 8 bytes; doubles in cents.
template <class Number, bool kBigEndian>
class Last final : public PerKey {
 public:
  void add(const rd_kafka_message_t& record) override {
    if (record.len != sizeof(Number)) die("a value is not 8 bytes long");
    const auto number = numberOf<Number>(record, kBigEndian);
    at(keyOf(record)) = std::is_same_v<Number, double> ? static_cast<double>(number) * 100
                                                       : static_cast<double>(number);
  }
};

}  // namespace

std::unique_ptr<View> makeView(const std::string& name) {
  if (name == "records") return std::make_unique<Records>();
  if (name == "filter") return std::make_unique<Filtered>();
  if (name == "keys") return std::make_unique<Keys>();
  if (name == "words") return std::make_unique<Words>();
  if (name == "amounts") return std::make_unique<Amounts>();
  if (name == "long-big") return std::make_unique<Last<std::int64_t, true>>();
  if (name == "long-little") return std::make_unique<Last<std::int64_t, false>>();
  if (name == "double-big") return std::make_unique<Last<double, true>>();
  if (name == "double-little") return std::make_unique<Last<double, false>>();
  if (auto view = makeRunningView(name)) return view;
  if (auto view = makeWindowView(name)) return view;
  die("no view " + name);
}

}  // namespace bench
