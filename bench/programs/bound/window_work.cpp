#include <utility>
#include <vector>

#include "bench/programs/bound/count_table.hpp"
#include "bench/programs/bound/work.hpp"

namespace bench {
namespace {

/// A running count per key, from which the slide that falls out of the window is taken off.
class WindowWork final : public Work {
 public:
  WindowWork(const Outputs& outputs, int table_bits, int slides)
      : out_(outputs),
        table_(table_bits),
        added_(std::size_t{1} << table_bits),
        panes_(static_cast<std::size_t>(slides)),
        known_(static_cast<std::size_t>(outputs.partitions)),
        dirty_(static_cast<std::size_t>(outputs.partitions)) {}

  void records(std::span<rd_kafka_message_t* const> messages) override {
    CountTable::keysOf(messages, keys_);
    table_.findAll(keys_, [&](std::size_t i, std::uint32_t slot) {
      count(slot, static_cast<std::size_t>(messages[i]->partition));
    });
  }

  void finish() override {
    Pane& pane = panes_[static_cast<std::size_t>(slide_) % panes_.size()];
    for (const auto& [slot, added] : pane) table_.slot(slot).count -= added;
    pane.clear();
    for (int p = 0; p < out_.partitions; ++p) {
      auto& dirty = dirty_[static_cast<std::size_t>(p)];
      for (const std::uint32_t slot : dirty) {
        pane.emplace_back(slot, added_[slot]);
        add(out_.changelog, p, slot, std::exchange(added_[slot], 0));
      }
      send(out_.changelog, p);
      dirty.clear();
      for (const std::uint32_t slot : known_[static_cast<std::size_t>(p)])
        if (const auto held = table_.slot(slot).count; held > 0) add(out_.output, p, slot, held);
      send(out_.output, p);
    }
    ++slide_;
  }

 private:
  using Pane = std::vector<std::pair<std::uint32_t, std::int64_t>>;
  struct Value {
    std::int64_t count;
    std::int64_t slide;
  };

  void count(std::uint32_t slot, std::size_t partition) {
    if (table_.slot(slot).epoch == 0) known_[partition].push_back(slot);
    if (table_.countOnce(slot, static_cast<std::uint32_t>(slide_)))
      dirty_[partition].push_back(slot);
    ++added_[slot];
  }
  void add(rd_kafka_topic_t* topic, int partition, std::uint32_t index, std::int64_t number) {
    if (out_.sender->full()) send(topic, partition);
    CountTable::Slot& slot = table_.slot(index);
    values_[filled_] = {number, slide_};
    out_.sender->add(slot.key, slot.size, &values_[filled_++], sizeof(Value));
  }
  void send(rd_kafka_topic_t* topic, int partition) {
    out_.sender->send(topic, partition);
    filled_ = 0;
  }

  const Outputs out_;
  CountTable table_;
  std::vector<std::int64_t> added_;  ///< in this slide, by slot
  std::vector<Pane> panes_;          ///< what each of the last slides added
  std::vector<std::vector<std::uint32_t>> known_;
  std::vector<std::vector<std::uint32_t>> dirty_;
  std::vector<CountTable::Key> keys_;
  std::vector<Value> values_ = std::vector<Value>(Sender::kRun);  ///< of the sender's run
  std::size_t filled_ = 0;
  std::int64_t slide_ = 1;
};

}  // namespace

std::unique_ptr<Work> makeWindow(const Outputs& outputs, int table_bits, int slides) {
  return std::make_unique<WindowWork>(outputs, table_bits, slides);
}

}  // namespace bench
