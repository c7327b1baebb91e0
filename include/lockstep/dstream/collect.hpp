#pragma once

#include <map>
#include <utility>
#include <vector>

#include <lockstep/formats/owned.hpp>
#include <lockstep/formats/record.hpp>
#include <lockstep/rdd/rdd.hpp>

namespace lockstep::detail {

/// Keeps what reaches a task, up to a limit; in order (stage, task) when read. What an element
/// becomes says Keep: static Kept keep(const T&).
template <class T, class Keep>
class Collector {
 public:
  using Kept = typename Keep::Kept;
  using Lists = std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Kept>>;

  explicit Collector(std::size_t limit) : limit_(limit) {}

  void attach(Task& task, const void* node, Rdd<T>& parent) {
    auto& list = lists_[{Lineage::number(task.stage()), task.index()}];
    parent.connect(task, task.template instance<Instance>(node, list, limit_).first);
  }
  void reset() {
    for (auto& [origin, list] : lists_) list.clear();
  }
  [[nodiscard]] std::vector<Kept> take() {
    std::vector<Kept> all;
    for (auto& [origin, list] : lists_) {
      for (Kept& kept : list) all.push_back(std::move(kept));
      list.clear();
    }
    return all;
  }

 private:
  class Instance final : public Operator, public Rollbackable, public ChunkSink<T> {
   public:
    Instance(Task&, std::vector<Kept>& list, std::size_t limit) : list_(list), limit_(limit) {}
    void accept(std::span<const T> chunk) override {
      for (const T& element : chunk) {
        if (list_.size() == limit_) return;
        list_.push_back(Keep::keep(element));
      }
    }
    void mark() override { marked_ = list_.size(); }
    void rollback() override {
      list_.erase(list_.begin() + static_cast<long>(marked_), list_.end());
    }

   private:
    std::vector<Kept>& list_;
    const std::size_t limit_;
    std::size_t marked_ = 0;
  };

  const std::size_t limit_;
  Lists lists_;
};

}  // namespace lockstep::detail
