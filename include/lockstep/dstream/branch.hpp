#pragma once

#include <array>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/narrow.hpp>

namespace lockstep {

namespace detail {

/// Deals elements out among branches, in one pass over a chunk.
template <class T, class... P>
class Splitter final : public Operator, public ChunkSink<T> {
 public:
  static constexpr std::size_t kBranches = sizeof...(P);
  using Predicates = std::tuple<P...>;

  Splitter(Task& task, const Predicates& predicates, const std::string& step)
      : context_(task.context()), predicates_(predicates), step_(step) {}

  void accept(std::span<const T> chunk) override {
    for (auto& branch : branches_) branch.kept.clear();
    withStep(step_, [&] {
      for (const T& element : chunk) deal<0>(element);
    });
    for (auto& branch : branches_)
      if (!branch.kept.empty()) branch.consumers.push(branch.kept.view());
  }
  [[nodiscard]] Fanout<T>& consumers(std::size_t branch) { return branches_[branch].consumers; }

 private:
  struct Branch {
    ChunkBuffer<T> kept;
    Fanout<T> consumers;
  };
  template <std::size_t I>
  void deal(const T& element) {
    if constexpr (I < kBranches) {
      if (callWithContext(std::get<I>(predicates_), element, context_))
        branches_[I].kept.add(element);
      else
        deal<I + 1>(element);
    }
  }

  TaskContext& context_;
  const Predicates& predicates_;
  const std::string& step_;
  std::array<Branch, kBranches> branches_;
};

/// What the branches of one split share.
template <class T, class... P>
struct Split {
  Rdd<T>& parent;
  std::string step;
  std::tuple<P...> predicates;
};

template <class T, class... P>
class BranchRdd final : public Rdd<T> {
 public:
  BranchRdd(std::string step, std::shared_ptr<const Split<T, P...>> split, std::size_t index)
      : Rdd<T>(std::move(step), "branch"), split_(std::move(split)), index_(index) {
    this->follows(split_->parent);
  }
  void connect(Task& task, ChunkSink<T>& consumer) override {
    auto [splitter, fresh] =
        task.instance<Splitter<T, P...>>(split_.get(), split_->predicates, split_->step);
    splitter.consumers(index_).add(consumer);
    if (fresh) split_->parent.connect(task, splitter);
  }

 private:
  const std::shared_ptr<const Split<T, P...>> split_;
  const std::size_t index_;
};

}  // namespace detail

template <class T>
template <class... P>
auto DStream<T>::branch(P... predicates) const {
  static_assert(sizeof...(P) > 0, "branch needs a predicate for each of its streams");
  const auto split = std::make_shared<const detail::Split<T, P...>>(detail::Split<T, P...>{
      *rdd_, graph_->stepName("branch", ""), std::tuple<P...>(std::move(predicates)...)});
  std::size_t index = 0;
  const auto next = [&] {
    auto& rdd = graph_->lineage().template add<detail::BranchRdd<T, P...>>(
        split->step + "." + std::to_string(index + 1), split, index);
    ++index;
    return DStream(graph_, rdd);
  };
  return std::array<DStream, sizeof...(P)>{(static_cast<void>(sizeof(P)), next())...};
}

}  // namespace lockstep
