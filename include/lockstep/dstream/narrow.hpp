#pragma once

#include <new>
#include <string>
#include <utility>

#include <lockstep/model/record_error.hpp>
#include <lockstep/rdd/rdd.hpp>

namespace lockstep::detail {

/// Runs an operator's loop; what a user function throws leaves with the step's name on it.
template <class Loop>
void withStep(const std::string& step, const Loop& loop) {
  try {
    loop();
  } catch (RecordError& error) {
    if (error.step().empty()) error.setStep(step);
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw RecordError(RecordErrorKind::kEval, error.what(), step);
  }
}

/// A step that computes each element from one element of its parent. Instance is its operator in a
/// task: a ChunkSink<In> made from (task, function, step), with consumers().
template <class In, class Out, class Instance, class Function>
class NarrowRdd final : public Rdd<Out> {
 public:
  NarrowRdd(std::string step, std::string op, Rdd<In>& parent, Function function)
      : Rdd<Out>(std::move(step), std::move(op)), parent_(parent), function_(std::move(function)) {
    this->follows(parent);
  }

  void connect(Task& task, ChunkSink<Out>& consumer) override {
    auto [instance, fresh] = task.instance<Instance>(this, function_, this->step());
    instance.consumers().add(consumer);
    if (fresh) parent_.connect(task, instance);
  }

 private:
  Rdd<In>& parent_;
  const Function function_;
};

}  // namespace lockstep::detail
