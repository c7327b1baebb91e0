#pragma once

#include <algorithm>

#include <lockstep/dstream/dstream_class.hpp>

namespace lockstep {

namespace detail {

/// Costs nothing: the consumer is connected to both parents.
template <class T>
class UnionRdd final : public Rdd<T> {
 public:
  UnionRdd(std::string step, Rdd<T>& left, Rdd<T>& right)
      : Rdd<T>(std::move(step), "union"), left_(left), right_(right) {
    this->follows(left);
    this->follows(right);
    for (Stage* stage : left.stages())
      if (right.runsIn(*stage)) stage->requireFixedChunks();
  }

  void connect(Task& task, ChunkSink<T>& consumer) override {
    if (left_.runsIn(task.stage())) left_.connect(task, consumer);
    if (right_.runsIn(task.stage())) right_.connect(task, consumer);
  }

 private:
  Rdd<T>& left_;
  Rdd<T>& right_;
};

}  // namespace detail

template <class T>
DStream<T> DStream<T>::unite(const DStream& other, const std::string& step) const {
  LOCKSTEP_CHECK(graph_ == other.graph_, "streams of two contexts cannot be united");
  auto& rdd = graph_->lineage().template add<detail::UnionRdd<T>>(graph_->stepName("union", step),
                                                                  *rdd_, other.rdd());
  return {graph_, rdd};
}

}  // namespace lockstep
