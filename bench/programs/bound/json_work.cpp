#include <simdjson.h>

#include <cstring>
#include <string>
#include <unordered_map>

#include "bench/programs/bound/work.hpp"

namespace bench {
namespace {

/// Reads `amount` and `country` of a document on demand, from a padded copy.
class Parser {
 public:
  /// False for amounts of 500 or less. `country` lives until the next call.
  bool read(const rd_kafka_message_t& message, double& amount, std::string_view& country) {
    if (buffer_.size() < message.len + simdjson::SIMDJSON_PADDING)
      buffer_.resize(2 * message.len + simdjson::SIMDJSON_PADDING);
    std::memcpy(buffer_.data(), message.payload, message.len);
    auto document = parser_.iterate(buffer_.data(), message.len, buffer_.size());
    if (document["amount"].get_double().get(amount) != simdjson::SUCCESS) die("no amount");
    if (amount <= 500) return false;
    if (document["country"].get_string().get(country) != simdjson::SUCCESS) die("no country");
    return true;
  }

 private:
  simdjson::ondemand::parser parser_;
  std::string buffer_;
};

class JsonWork final : public Work {
 public:
  explicit JsonWork(const Outputs& outputs) : out_(outputs) {}

  void records(std::span<rd_kafka_message_t* const> messages) override {
    double amount = 0;
    std::string_view country;
    for (const rd_kafka_message_t* message : messages) {
      if (!parser_.read(*message, amount, country)) continue;
      const auto found = sums_.try_emplace(std::string(country)).first;
      found->second.sum += amount;
      found->second.changed = true;
    }
  }

  void finish() override {
    for (int p = 0; p < out_.partitions; ++p) {
      for (rd_kafka_topic_t* topic : {out_.output, out_.changelog}) {
        for (auto& [country, total] : sums_)
          if (total.changed && partitionOf(country) == p) add(country, total.sum);
        out_.sender->send(topic, p);
      }
    }
    for (auto& [country, total] : sums_) total.changed = false;
  }

 private:
  struct Total {
    double sum = 0;
    bool changed = false;
  };
  [[nodiscard]] int partitionOf(const std::string& country) const {
    return static_cast<int>(murmur2(country.data(), country.size()) & 0x7fffffffU) %
           out_.partitions;
  }
  void add(const std::string& country, double& sum) {
    rd_kafka_message_t& message = out_.sender->next();
    message.payload = &sum;
    message.len = sizeof sum;
    message.key = const_cast<char*>(country.data());
    message.key_len = country.size();
  }

  const Outputs out_;
  Parser parser_;
  std::unordered_map<std::string, Total> sums_;
};

class ParseWork final : public Work {
 public:
  void records(std::span<rd_kafka_message_t* const> messages) override {
    double amount = 0;
    std::string_view country;
    for (const rd_kafka_message_t* message : messages)
      static_cast<void>(parser_.read(*message, amount, country));
  }

 private:
  Parser parser_;
};

}  // namespace

std::unique_ptr<Work> makeJson(const Outputs& outputs) {
  return std::make_unique<JsonWork>(outputs);
}
std::unique_ptr<Work> makeParse() { return std::make_unique<ParseWork>(); }

}  // namespace bench
