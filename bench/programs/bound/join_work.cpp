#include <vector>

#include "bench/programs/bound/count_table.hpp"
#include "bench/programs/bound/work.hpp"

namespace bench {
namespace {

/// Counts the keys of what comes between two commits, then writes a record for each that came.
class JoinWork final : public Work {
 public:
  JoinWork(const Outputs& outputs, int table_bits)
      : out_(outputs), table_(table_bits), slots_(static_cast<std::size_t>(outputs.partitions)) {}

  void records(std::span<rd_kafka_message_t* const> messages) override {
    constexpr std::size_t kAhead = 16;
    keys_.clear();
    for (const rd_kafka_message_t* message : messages)
      keys_.push_back(CountTable::key(message->key, message->key_len));
    for (std::size_t i = 0; i < keys_.size() + kAhead; ++i) {
      if (i < keys_.size()) table_.prefetch(keys_[i]);
      if (i < kAhead) continue;
      const std::uint32_t slot = table_.find(keys_[i - kAhead]);
      if (table_.countOnce(slot, epoch_)) dirty_.push_back(slot);
      slots_[static_cast<std::size_t>(messages[i - kAhead]->partition)].push_back(slot);
    }
  }

  void finish() override {
    for (int p = 0; p < out_.partitions; ++p) {
      for (const std::uint32_t index : slots_[static_cast<std::size_t>(p)]) {
        if (out_.sender->full()) out_.sender->send(out_.output, p);
        CountTable::Slot& slot = table_.slot(index);
        rd_kafka_message_t& message = out_.sender->next();
        message.payload = &slot.count;
        message.len = sizeof slot.count;
        message.key = slot.key;
        message.key_len = slot.size;
      }
      out_.sender->send(out_.output, p);
      slots_[static_cast<std::size_t>(p)].clear();
    }
    for (const std::uint32_t slot : dirty_) table_.slot(slot).count = 0;
    dirty_.clear();
    ++epoch_;
  }

 private:
  const Outputs out_;
  CountTable table_;
  std::uint32_t epoch_ = 1;
  std::vector<std::vector<std::uint32_t>> slots_;  ///< a record each, by partition
  std::vector<std::uint32_t> dirty_;
  std::vector<CountTable::Key> keys_;
};

}  // namespace

std::unique_ptr<Work> makeJoin(const Outputs& outputs, int table_bits) {
  return std::make_unique<JoinWork>(outputs, table_bits);
}

}  // namespace bench
