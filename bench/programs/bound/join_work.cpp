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
    CountTable::keysOf(messages, keys_);
    table_.findAll(keys_, [&](std::size_t i, std::uint32_t slot) {
      if (table_.countOnce(slot, epoch_)) dirty_.push_back(slot);
      slots_[static_cast<std::size_t>(messages[i]->partition)].push_back(slot);
    });
  }

  void finish() override {
    for (int p = 0; p < out_.partitions; ++p) {
      for (const std::uint32_t index : slots_[static_cast<std::size_t>(p)]) {
        if (out_.sender->full()) out_.sender->send(out_.output, p);
        CountTable::Slot& slot = table_.slot(index);
        out_.sender->add(slot.key, slot.size, &slot.count, sizeof slot.count);
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
