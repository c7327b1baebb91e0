#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/error.hpp>
#include <lockstep/dstream/dstream_class.hpp>

namespace lockstep {

namespace detail {

/// Costs nothing: the consumer is connected to every parent.
template <class T>
class UnionRdd final : public Rdd<T> {
 public:
  UnionRdd(std::string step, std::vector<Rdd<T>*> parents)
      : Rdd<T>(std::move(step), "union"), parents_(std::move(parents)) {
    for (const Rdd<T>* parent : parents_) {
      for (Stage* stage : parent->stages())
        if (this->runsIn(*stage)) stage->requireFixedChunks();
      this->follows(*parent);
    }
  }

  void connect(Task& task, ChunkSink<T>& consumer) override {
    for (Rdd<T>* parent : parents_)
      if (parent->runsIn(task.stage())) parent->connect(task, consumer);
  }

 private:
  const std::vector<Rdd<T>*> parents_;
};

}  // namespace detail

/// All elements of all streams; one that stands twice has each element twice. One stream is itself.
/// Throws Error E009 for none. REQUIRES: streams of one context.
template <class T>
DStream<T> unite(const std::vector<DStream<T>>& streams, const std::string& step = {}) {
  if (streams.empty())
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009", "a union needs a stream, got none",
                              "give unite() at least one stream"));
  if (streams.size() == 1) return streams.front();
  const auto& graph = streams.front().graph();
  std::vector<Rdd<T>*> parents;
  for (const DStream<T>& stream : streams) {
    LOCKSTEP_CHECK(stream.graph() == graph, "streams of two contexts cannot be united");
    parents.push_back(&stream.rdd());
  }
  auto& rdd = graph->lineage().template add<detail::UnionRdd<T>>(graph->stepName("union", step),
                                                                 std::move(parents));
  return {graph, rdd};
}
/// unite({a, b, c}).
template <class T>
DStream<T> unite(std::initializer_list<DStream<T>> streams, const std::string& step = {}) {
  return unite(std::vector<DStream<T>>(streams), step);
}

template <class T>
DStream<T> DStream<T>::unite(const DStream& other, const std::string& step) const {
  return lockstep::unite({*this, other}, step);
}

}  // namespace lockstep
