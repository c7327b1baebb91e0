#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <lockstep/dstream/collect_owned.hpp>
#include <lockstep/dstream/dstream_class.hpp>

namespace lockstep {

namespace detail {

template <class T, class F>
class ForeachOutput final : public Terminal {
 public:
  ForeachOutput(Rdd<T>& parent, std::string step, F function)
      : parent_(parent), step_(std::move(step)), function_(std::move(function)) {}

  [[nodiscard]] const RddBase& parent() const override { return parent_; }
  void attach(Task& task) override { collector_.attach(task, this, parent_); }
  void reset() override { collector_.reset(); }
  void collect(const BatchPlan& plan, std::vector<SideEffect>& effects) override {
    auto rdd = std::make_shared<CollectedRdd<T>>(collector_.take(plan.ranges));
    effects.push_back(
        {SideEffect::When::kBeforeCommit, step_, "",
         [this, rdd, time = plan.time, id = plan.id] { return call(*rdd, time, id); }});
  }

 private:
  Status call(const CollectedRdd<T>& rdd, BatchTime time, BatchId id) const {
    try {
      using Rdd = const CollectedRdd<T>&;
      if constexpr (std::is_invocable_v<const F&, Rdd, BatchTime, BatchId>) {
        function_(rdd, time, id);
      } else if constexpr (std::is_invocable_v<const F&, Rdd, BatchTime>) {
        function_(rdd, time);
      } else {
        function_(rdd);
      }
      return {};
    } catch (const std::exception& error) {
      return Status::fatal(ExitCode::kData, "E302", "step '" + step_ + "': " + error.what(),
                           "nothing of the batch was committed; it runs again after a restart");
    }
  }

  Rdd<T>& parent_;
  const std::string step_;
  const F function_;
  OwnedCollector<T> collector_;
};

}  // namespace detail

template <class T>
template <class F>
void DStream<T>::foreachRDD(F f, const std::string& step) const {
  const std::string name = graph_->stepName("foreachRDD", step);
  graph_->addOutput({name, "foreachRDD", "", rdd_->step()}, true);
  graph_->lineage().template addTerminal<detail::ForeachOutput<T, F>>(*rdd_, name, std::move(f));
}

}  // namespace lockstep
