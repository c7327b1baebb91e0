#include <vector>

#include "bench/programs/bound/count_table.hpp"
#include "bench/programs/bound/work.hpp"

namespace bench {
namespace {

/// A running count per key: written for each record, and to the changelog once per commit.
class RunningWork final : public Work {
 public:
  RunningWork(const Outputs& outputs, int table_bits)
      : out_(outputs), table_(table_bits), dirty_(static_cast<std::size_t>(outputs.partitions)) {}

  void records(std::span<rd_kafka_message_t* const> messages) override {
    CountTable::keysOf(messages, keys_);
    table_.findAll(keys_, [&](std::size_t i, std::uint32_t slot) { count(slot, *messages[i]); });
    send();
  }

  void finish() override {
    for (int p = 0; p < out_.partitions; ++p) {
      auto& dirty = dirty_[static_cast<std::size_t>(p)];
      for (const std::uint32_t index : dirty) {
        if (out_.sender->full()) out_.sender->send(out_.changelog, p);
        CountTable::Slot& slot = table_.slot(index);
        out_.sender->add(slot.key, slot.size, &slot.count, sizeof slot.count);
      }
      out_.sender->send(out_.changelog, p);
      dirty.clear();
    }
    ++epoch_;
  }

 private:
  void count(std::uint32_t slot, const rd_kafka_message_t& message) {
    if (message.partition != partition_ || out_.sender->full()) send();
    partition_ = message.partition;
    if (table_.countOnce(slot, epoch_))
      dirty_[static_cast<std::size_t>(partition_)].push_back(slot);
    counts_[filled_] = table_.slot(slot).count;
    out_.sender->add(message.key, message.key_len, &counts_[filled_], sizeof counts_[filled_]);
    ++filled_;
  }
  void send() {
    if (filled_ > 0) out_.sender->send(out_.output, partition_);
    filled_ = 0;
  }

  const Outputs out_;
  CountTable table_;
  std::uint32_t epoch_ = 1;
  std::vector<std::vector<std::uint32_t>> dirty_;
  std::vector<CountTable::Key> keys_;
  std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(Sender::kRun);  ///< of the run
  std::size_t filled_ = 0;
  int partition_ = 0;
};

}  // namespace

std::unique_ptr<Work> makeRunning(const Outputs& outputs, int table_bits) {
  return std::make_unique<RunningWork>(outputs, table_bits);
}

}  // namespace bench
