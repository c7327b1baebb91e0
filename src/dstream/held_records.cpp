#include <lockstep/dstream/held_records.hpp>

#include <lockstep/dstream/allotment.hpp>
#include <lockstep/dstream/source_operator.hpp>

namespace lockstep {
namespace {

class HeldInput final : public Rdd<RecordView>, public Stage {
 public:
  HeldInput(const std::string& id, std::shared_ptr<HeldRecords> held)
      : Rdd<RecordView>(id, "receiver"), held_(std::move(held)), source_{id, Partition{0}} {
    beginsIn(*this);
  }

  std::uint32_t tasks(const BatchPlan&) const override { return 1; }
  void connect(Task& task, ChunkSink<RecordView>& consumer) override {
    task.instance<detail::SourceOperator<RecordView>>(this).first.consumers().add(consumer);
  }
  Status run(Task& task) override {
    const auto block = allotment_.of(task.plan(), [this] { return held_->take(); });
    if (block == nullptr) return {};
    auto& out = task.instance<detail::SourceOperator<RecordView>>(this).first;
    const auto describe = [](const RecordView& record) {
      return FailedElement{record.key,    record.value,  record.headers,
                           record.source, record.offset, record.timestamp};
    };
    for (const auto& held : *block) {
      RecordView view;
      if (held.record.key) view.key = *held.record.key;
      view.value = held.record.value;
      view.offset = Offset{held.offset};
      view.timestamp = held.received;
      view.source = &source_;
      LOCKSTEP_TRY(out.add(describe, view));
    }
    task.countInput(step(), block->size());
    return out.flush(describe);
  }
  void confirmed(BatchId batch) override { allotment_.confirmed(batch); }

 private:
  const std::shared_ptr<HeldRecords> held_;
  const TopicPartition source_;
  Allotment<HeldRecords::Block> allotment_;
};

}  // namespace

bool HeldRecords::put(std::vector<ReceivedRecord> records, WallTime now) {
  MutexLock lock(mutex_);
  while (!closed_ && !waiting_.empty() && waiting_.size() + records.size() > records_max_)
    changed_.wait(lock);
  if (closed_) return false;
  for (auto& record : records) waiting_.push_back({std::move(record), now, next_offset_++});
  return true;
}

std::shared_ptr<const HeldRecords::Block> HeldRecords::take() {
  MutexLock lock(mutex_);
  if (waiting_.empty()) return nullptr;
  auto block = std::make_shared<const Block>(std::move(waiting_));
  waiting_.clear();
  changed_.notify_all();
  return block;
}

void HeldRecords::close() {
  MutexLock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool HeldRecords::empty() const {
  MutexLock lock(mutex_);
  return waiting_.empty();
}

DStream<RecordView> heldInput(const std::shared_ptr<DStreamGraph>& graph,
                              std::shared_ptr<HeldRecords> held, const std::string& id) {
  auto& input = graph->lineage().add<HeldInput>(id, std::move(held));
  graph->lineage().addStage(input, {});
  graph->requireIdleBatches();
  return {graph, input};
}

}  // namespace lockstep
