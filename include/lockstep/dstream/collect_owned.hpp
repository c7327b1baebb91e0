#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/collected_rdd.hpp>
#include <lockstep/dstream/narrow.hpp>
#include <lockstep/formats/record.hpp>
#include <lockstep/rdd/rdd.hpp>

namespace lockstep::detail {

/// About what an owned value has outside itself. Specialise it for types of your own that own much.
template <class T>
struct HeapBytes {
  static std::size_t of(const T&) { return 0; }
};
template <>
struct HeapBytes<std::string> {
  static std::size_t of(const std::string& text) { return text.size() > 15 ? text.size() : 0; }
};
template <class A, class B>
struct HeapBytes<std::pair<A, B>> {
  static std::size_t of(const std::pair<A, B>& pair) {
    return HeapBytes<A>::of(pair.first) + HeapBytes<B>::of(pair.second);
  }
};
template <class T>
struct HeapBytes<std::optional<T>> {
  static std::size_t of(const std::optional<T>& value) {
    return value ? HeapBytes<T>::of(*value) : 0;
  }
};
template <class T>
struct HeapBytes<std::vector<T>> {
  static std::size_t of(const std::vector<T>& values) {
    std::size_t bytes = values.size() * sizeof(T);
    for (const auto& value : values) bytes += HeapBytes<T>::of(value);
    return bytes;
  }
};
template <>
struct HeapBytes<OwnedRecord> {
  static std::size_t of(const OwnedRecord& record) {
    using Text = std::optional<std::string>;
    return HeapBytes<Text>::of(record.key) + HeapBytes<Text>::of(record.value) +
           HeapBytes<std::vector<std::pair<std::string, Text>>>::of(record.headers);
  }
};

/// Keeps all elements of a batch, owned, by the task that they reach; counted against the bound of
/// the batch's shuffles. Thread: lists are made with the tasks; each is written by its task, all
/// are read when the stages in front have ended.
template <class T>
class OwnedCollector {
 public:
  using Elements = std::vector<Owned<T>>;

  void attach(Task& task, const void* node, Rdd<T>& parent) {
    Elements& list = lists_[{Lineage::number(task.stage()), task.index()}];
    parent.connect(task, task.template instance<Instance>(node, list).first);
  }
  void reset() {
    for (auto& [origin, list] : lists_) list.clear();
  }
  /// One partition per task, in order (stage, task). Leaves nothing behind.
  [[nodiscard]] CollectedRdd<T> take(std::vector<OffsetRange> ranges) {
    Elements all;
    std::vector<std::size_t> ends;
    for (auto& [origin, list] : lists_) {
      std::move(list.begin(), list.end(), std::back_inserter(all));
      ends.push_back(all.size());
      list.clear();
    }
    return CollectedRdd<T>(std::move(all), std::move(ends), std::move(ranges));
  }
  /// Tasks so far.
  [[nodiscard]] std::size_t partitions() const { return lists_.size(); }
  /// One partition's elements. REQUIRES: index < partitions().
  [[nodiscard]] Elements& partition(std::size_t index) {
    return std::next(lists_.begin(), static_cast<long>(index))->second;
  }

 private:
  class Instance final : public Operator, public Rollbackable, public ChunkSink<T> {
   public:
    Instance(Task& task, Elements& list) : task_(task), list_(list) {}
    void begin(Task&) override { marked_ = bytes_ = counted_ = 0; }
    void accept(std::span<const T> chunk) override {
      for (const T& element : chunk) {
        list_.push_back(toOwned<T>(element));
        bytes_ += sizeof(Owned<T>) + HeapBytes<Owned<T>>::of(list_.back());
      }
    }
    void mark() override {
      marked_ = list_.size();
      task_.countShuffled(bytes_ - counted_);
      counted_ = bytes_;
    }
    void rollback() override {
      list_.erase(list_.begin() + static_cast<long>(marked_), list_.end());
      bytes_ = counted_;
    }

   private:
    Task& task_;
    Elements& list_;
    std::size_t marked_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t counted_ = 0;  ///< what the batch's total has of them
  };

  std::map<std::pair<std::uint32_t, std::uint32_t>, Elements> lists_;
};

/// Ends earlier stages in a collector of somebody else's.
template <class T>
class CollectTerminal final : public Terminal {
 public:
  CollectTerminal(Rdd<T>& parent, OwnedCollector<T>& collector)
      : parent_(parent), collector_(collector) {}
  [[nodiscard]] const RddBase& parent() const override { return parent_; }
  void attach(Task& task) override { collector_.attach(task, this, parent_); }
  void reset() override { collector_.reset(); }

 private:
  Rdd<T>& parent_;
  OwnedCollector<T>& collector_;
};

}  // namespace lockstep::detail
