#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/narrow.hpp>
#include <lockstep/dstream/source_operator.hpp>

namespace lockstep::detail {

/// One partial result per task of the earlier stages, read by one task of the next: `count` and
/// `reduce`. Thread: slots are made with the tasks; each is written by its task.
template <class Partial>
class Gather {
 public:
  [[nodiscard]] Partial& slot(const Task& task) {
    return slots_[{Lineage::number(task.stage()), task.index()}];
  }
  void clear() {
    for (auto& [origin, partial] : slots_) partial = Partial{};
  }
  /// In order (stage, task).
  template <class Visit>
  void forEach(const Visit& visit) const {
    for (const auto& [origin, partial] : slots_) visit(partial);
  }

 private:
  std::map<std::pair<std::uint32_t, std::uint32_t>, Partial> slots_;
};

/// Folds a task's elements into its slot. Fold has: Partial, add(Partial&, const T&),
/// merge(Partial&, const Partial&), and emit(const Partial&, call) for the result.
template <class T, class Fold>
class GatherOperator final : public Operator, public Rollbackable, public ChunkSink<T> {
 public:
  using Partial = typename Fold::Partial;
  GatherOperator(Task& task, Gather<Partial>& gather, const Fold& fold, const std::string& step)
      : partial_(gather.slot(task)), fold_(fold), step_(step) {}

  void accept(std::span<const T> chunk) override {
    withStep(step_, [&] { fold_.add(partial_, chunk); });
  }
  void mark() override { marked_ = partial_; }
  void rollback() override { partial_ = marked_; }

 private:
  Partial& partial_;
  Partial marked_{};
  const Fold& fold_;
  const std::string& step_;
};

template <class T, class Out, class Fold>
class GatherRdd final : public Rdd<Out>, public Stage {
 public:
  GatherRdd(std::string step, std::string op, const RddBase& parent, Fold fold)
      : Rdd<Out>(std::move(step), std::move(op)), fold_(std::move(fold)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  std::uint32_t tasks(const BatchPlan&) const override { return 1; }
  void connect(Task& task, ChunkSink<Out>& consumer) override {
    task.instance<SourceOperator<Out>>(this).first.consumers().add(consumer);
  }
  Status run(Task& task) override {
    auto& source = task.instance<SourceOperator<Out>>(this).first;
    typename Fold::Partial total{};
    try {
      withStep(this->step(),
               [&] { gather_.forEach([&](const auto& partial) { fold_.merge(total, partial); }); });
    } catch (const RecordError& error) {
      return task.reject({}, error);
    }
    LOCKSTEP_TRY(fold_.emit(
        total, [&](const Out& result) { return source.add(DescribeNothing{}, result); }));
    return source.flush(DescribeNothing{});
  }

  class Near final : public Terminal {
   public:
    Near(Rdd<T>& parent, GatherRdd& far) : parent_(parent), far_(far) {}
    [[nodiscard]] const RddBase& parent() const override { return parent_; }
    void attach(Task& task) override {
      auto [instance, fresh] =
          task.instance<GatherOperator<T, Fold>>(this, far_.gather_, far_.fold_, far_.step());
      parent_.connect(task, instance);
    }
    void reset() override { far_.gather_.clear(); }

   private:
    Rdd<T>& parent_;
    GatherRdd& far_;
  };

 private:
  Gather<typename Fold::Partial> gather_;
  const Fold fold_;
};

template <class T, class Out, class Fold>
DStream<Out> gather(const DStream<T>& stream, const std::string& op, const std::string& step,
                    Fold fold) {
  DStreamGraph& graph = *stream.graph();
  using Node = GatherRdd<T, Out, Fold>;
  auto& rdd = graph.lineage().template add<Node>(graph.stepName(op, step), op, stream.rdd(),
                                                 std::move(fold));
  const std::array<const RddBase*, 1> reads{&stream.rdd()};
  graph.lineage().addStage(rdd, reads);
  graph.lineage().template addTerminal<typename Node::Near>(stream.rdd(), rdd);
  return {stream.graph(), rdd};
}

}  // namespace lockstep::detail
