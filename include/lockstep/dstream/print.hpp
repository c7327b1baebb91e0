#pragma once

#include <string>

#include <lockstep/dstream/collect.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/formats/text.hpp>

namespace lockstep {

namespace detail {

template <class T>
struct KeepText {
  using Kept = std::string;
  static std::string keep(const T& element) {
    std::string text;
    appendText(text, element);
    return text;
  }
};

/// Spark's layout: a rule, "Time: 1000 ms", a rule, the elements, "..." if there are more, a blank
/// line.
[[nodiscard]] std::string printLayout(BatchTime time, const std::vector<std::string>& elements,
                                      std::size_t limit);
/// Writes to standard output, whole.
Status writeToStdout(const std::string& text);

template <class T>
class PrintOutput final : public Terminal {
 public:
  PrintOutput(Rdd<T>& parent, std::string step, std::size_t limit)
      : parent_(parent), step_(std::move(step)), limit_(limit), collector_(limit + 1) {}

  [[nodiscard]] const RddBase& parent() const override { return parent_; }
  void attach(Task& task) override { collector_.attach(task, this, parent_); }
  void reset() override { collector_.reset(); }
  void collect(const BatchPlan& plan, std::vector<SideEffect>& effects) override {
    std::string text = printLayout(plan.time, collector_.take(), limit_);
    effects.push_back(
        {SideEffect::When::kAfterCommit, step_, text, [text] { return writeToStdout(text); }});
  }

 private:
  Rdd<T>& parent_;
  const std::string step_;
  const std::size_t limit_;
  Collector<T, KeepText<T>> collector_;
};

}  // namespace detail

template <class T>
void DStream<T>::print(std::size_t limit, const std::string& step) const {
  const std::string name = graph_->stepName("print", step);
  graph_->addOutput({name, "print", "", rdd_->step()}, false);
  graph_->lineage().template addTerminal<detail::PrintOutput<T>>(*rdd_, name, limit);
}

}  // namespace lockstep
