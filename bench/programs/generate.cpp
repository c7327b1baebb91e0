// Seeded bench input: the same bytes for every program that is measured.
//
// generate brokers=HOST:PORT topic=TOPIC [partitions=4] kind=count|json|lines [records=..]
// [keys=..] [zipf=0.99] [value_bytes=100] [seed=7]
//
// count: key = "k" + 15 digits by Zipf's law (zipf=0: uniform), value = random letters, partition
// by the Java client's murmur2. json: the same keys, value = a document of about 200 bytes. lines:
// null key, 8 to 12 words of the vocabulary "w0".. by Zipf's law, partitions in turn.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

#include "bench/programs/client.hpp"

namespace {

using namespace bench;

class Zipf {
 public:
  Zipf(std::size_t count, double exponent) : cumulative_(count) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
      cumulative_[i] = sum += exponent > 0 ? std::pow(static_cast<double>(i + 1), -exponent) : 1;
    for (auto& value : cumulative_) value /= sum;
  }
  [[nodiscard]] std::size_t at(double uniform) const {
    return static_cast<std::size_t>(
        std::lower_bound(cumulative_.begin(), cumulative_.end(), uniform) - cumulative_.begin());
  }

 private:
  std::vector<double> cumulative_;
};

struct Record {
  std::string key;
  std::string value;
};

class Generator {
 public:
  explicit Generator(const Arguments& arguments)
      : kind_(arguments.text("kind", "count")),
        value_bytes_(static_cast<std::size_t>(arguments.number("value_bytes", 100))),
        random_(static_cast<std::uint64_t>(arguments.number("seed", 7))),
        zipf_(static_cast<std::size_t>(arguments.number("keys", 1'000'000)),
              std::stod(arguments.text("zipf", "0.99"))),
        letters_(std::max(std::size_t{1} << 16, kStarts + value_bytes_), 'x') {
    for (auto& letter : letters_) letter = static_cast<char>('a' + random_() % 26);
  }

  void next(Record& record) {
    if (kind_ == "lines") return line(record);
    key(record);
    if (kind_ == "json") return document(record);
    record.value.assign(letters_, random_() % kStarts, value_bytes_);
  }

 private:
  static constexpr std::size_t kStarts = 60'000;  ///< where values begin in `letters_`

  void line(Record& record) {
    record.value.clear();
    const auto words = 8 + random_() % 5;
    for (std::uint64_t i = 0; i < words; ++i) {
      if (i > 0) record.value += ' ';
      record.value += 'w' + std::to_string(zipf_.at(uniform_(random_)));
    }
  }
  void key(Record& record) {
    char key[32];
    std::snprintf(key, sizeof key, "k%015zu",
                  (zipf_.at(uniform_(random_)) * 2654435761U) % 1000000007U);
    record.key = key;
  }
  void document(Record& record) {
    const auto letter = [this] { return static_cast<char>('A' + random_() % 26); };
    record.value =
        R"({"user":")" + record.key + R"(","item":)" + std::to_string(random_() % 10'000);
    record.value +=
        R"(,"amount":)" + std::to_string(static_cast<double>(random_() % 100'000) / 100);
    record.value += R"(,"country":")";
    record.value += letter();
    record.value += letter();
    record.value += R"(","ts":)" + std::to_string(1'700'000'000'000 + documents_++);
    record.value += R"(,"note":")" + letters_.substr(random_() % kStarts, 60) + R"("})";
  }

  const std::string kind_;
  const std::size_t value_bytes_;
  std::mt19937_64 random_;
  std::uniform_real_distribution<double> uniform_{0, 1};
  Zipf zipf_;
  std::string letters_;
  long documents_ = 0;
};

}  // namespace

int main(int count, char** values) {
  const Arguments arguments(count, values);
  auto settings = producerSettings(arguments);
  settings["queue.buffering.max.messages"] = "1000000";
  settings["batch.size"] = "900000";  // a small part of a fetch, so that none is fetched twice
  settings["enable.idempotence"] = "true";
  auto* producer = makeProducer(settings);
  const auto topic = arguments.text("topic");
  const auto partitions = arguments.number("partitions", 4);
  createTopic(producer, topic, static_cast<int>(partitions), false);
  auto* handle = warmTopic(producer, topic);
  Generator generator(arguments);
  Record record;
  const long records = arguments.number("records", 8'000'000);
  for (long i = 0; i < records; ++i) {
    generator.next(record);
    const long partition =
        record.key.empty()
            ? i % partitions
            : (murmur2(record.key.data(), record.key.size()) & 0x7fffffffU) % partitions;
    while (rd_kafka_produce(handle, static_cast<int32_t>(partition), RD_KAFKA_MSG_F_COPY,
                            record.value.data(), record.value.size(),
                            record.key.empty() ? nullptr : record.key.data(), record.key.size(),
                            nullptr) == -1) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
        die(rd_kafka_err2str(rd_kafka_last_error()));
      rd_kafka_poll(producer, 20);
    }
  }
  if (rd_kafka_flush(producer, 120'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
    die("not everything was delivered");
  std::printf("%ld records to %s\n", records, topic.c_str());
  return 0;
}
