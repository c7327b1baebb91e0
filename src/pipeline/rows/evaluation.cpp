#include "src/pipeline/rows/evaluation.hpp"

#include <atomic>
#include <utility>
#include <vector>

namespace lockstep {
namespace {

std::uint64_t nextId() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// A process has one pipeline, a test program a few: a list is the fastest map.
thread_local std::vector<std::pair<std::uint64_t, std::unique_ptr<EvaluationScratch>>> scratches;

}  // namespace

Evaluation::Evaluation(std::shared_ptr<const FunctionLibrary> functions)
    : id_(nextId()), functions_(std::move(functions)) {}

EvaluationScratch& Evaluation::scratch() const {
  for (const auto& [id, scratch] : scratches) {
    if (id == id_) return *scratch;
  }
  scratches.emplace_back(id_, std::make_unique<EvaluationScratch>(functions_));
  return *scratches.back().second;
}

}  // namespace lockstep
