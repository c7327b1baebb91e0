#include <cstring>
#include <vector>

#include "bench/programs/bound/count_table.hpp"
#include "bench/programs/bound/work.hpp"

namespace bench {
namespace {

/// Counts keys in one table; the changed ones go to output and changelog before a commit.
class Counter {
 public:
  Counter(const Outputs& outputs, int table_bits)
      : out_(outputs), table_(table_bits), dirty_(static_cast<std::size_t>(outputs.partitions)) {}

  /// Counts a batch of keys, the table's lines fetched ahead.
  void count(std::span<const CountTable::Key> keys, std::span<const int> partitions) {
    table_.findAll(keys, [&](std::size_t i, std::uint32_t slot) {
      if (table_.countOnce(slot, epoch_))
        dirty_[static_cast<std::size_t>(partitions[i])].push_back(slot);
    });
  }

  void sendChanged() {
    for (int p = 0; p < out_.partitions; ++p) {
      sendChanged(out_.output, p);
      sendChanged(out_.changelog, p);
      dirty_[static_cast<std::size_t>(p)].clear();
    }
    ++epoch_;
  }

 private:
  void sendChanged(rd_kafka_topic_t* topic, int partition) {
    for (const std::uint32_t index : dirty_[static_cast<std::size_t>(partition)]) {
      if (out_.sender->full()) out_.sender->send(topic, partition);
      CountTable::Slot& slot = table_.slot(index);
      out_.sender->add(slot.key, slot.size, &slot.count, sizeof slot.count);
    }
    out_.sender->send(topic, partition);
  }

  const Outputs out_;
  CountTable table_;
  std::uint32_t epoch_ = 1;
  std::vector<std::vector<std::uint32_t>> dirty_;
};

class CountWork final : public Work {
 public:
  CountWork(const Outputs& outputs, int table_bits) : counter_(outputs, table_bits) {}

  void records(std::span<rd_kafka_message_t* const> messages) override {
    keys_.clear();
    partitions_.clear();
    for (const rd_kafka_message_t* message : messages) {
      keys_.push_back(CountTable::key(message->key, message->key_len));
      partitions_.push_back(message->partition);
    }
    counter_.count(keys_, partitions_);
  }
  void finish() override { counter_.sendChanged(); }

 private:
  Counter counter_;
  std::vector<CountTable::Key> keys_;
  std::vector<int> partitions_;
};

class WordsWork final : public Work {
 public:
  WordsWork(const Outputs& outputs, int table_bits)
      : partition_count_(outputs.partitions), counter_(outputs, table_bits) {}

  void records(std::span<rd_kafka_message_t* const> messages) override {
    keys_.clear();
    partitions_.clear();
    for (const rd_kafka_message_t* message : messages) {
      const auto* word = static_cast<const char*>(message->payload);
      const char* const end = word + message->len;
      while (word < end) {
        const auto* space =
            static_cast<const char*>(std::memchr(word, ' ', static_cast<std::size_t>(end - word)));
        if (space == nullptr) space = end;
        add(word, static_cast<std::size_t>(space - word));
        word = space + 1;
      }
    }
    counter_.count(keys_, partitions_);
  }
  void finish() override { counter_.sendChanged(); }

 private:
  void add(const char* word, std::size_t size) {
    if (size == 0) return;
    keys_.push_back(CountTable::key(word, size));
    partitions_.push_back(
        static_cast<int>((keys_.back().hash >> 32) % static_cast<std::uint64_t>(partition_count_)));
  }

  const int partition_count_;
  Counter counter_;
  std::vector<CountTable::Key> keys_;
  std::vector<int> partitions_;
};

}  // namespace

std::unique_ptr<Work> makeCount(const Outputs& outputs, int table_bits) {
  return std::make_unique<CountWork>(outputs, table_bits);
}
std::unique_ptr<Work> makeWords(const Outputs& outputs, int table_bits) {
  return std::make_unique<WordsWork>(outputs, table_bits);
}

}  // namespace bench
