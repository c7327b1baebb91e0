#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <lockstep/dstream/options.hpp>
#include <lockstep/dstream/pane_log.hpp>
#include <lockstep/dstream/state_stage.hpp>
#include <lockstep/dstream/window_timing.hpp>
#include <lockstep/dstream/wire_state.hpp>
#include <lockstep/rdd/shuffle.hpp>

namespace lockstep::detail {

/// The source of every window in batch time: one task per shard, on the shard's worker. Takes the
/// elements of each pass in which its parent has any, and passes on what a subclass makes of its
/// panes at each boundary.
///
/// Order of one pass: elements first, then the boundary. What leaves the window is taken off right
/// after the boundary at which it was shown for the last time.
template <class Out>
class WindowStage : public Rdd<Out>, public ShardStage {
 public:
  WindowStage(std::string op, const RddBase& parent, const WindowTiming& timing,
              WindowOptions options)
      : Rdd<Out>(options.id, std::move(op)), timing_(timing), options_(std::move(options)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
    this->slidesBy(timing.slide);
    this->setSlide(timing.slide);
  }

  /// Also between its boundaries: it tells whether it holds anything.
  bool worksIn(const BatchPass&) const override { return true; }
  std::optional<Panes> panes() const override { return Panes{holding_.load() != 0}; }

  Status run(Task& task) override {
    StateShard& shard = shardOf(task, options_.id);
    LOCKSTEP_TRY(takeElements(task, shard));
    const bool holds_now = shard.size() != 0;
    if (task.pass().passesOn(timing_.slide)) LOCKSTEP_TRY(passOn(task, shard));
    if (task.pass().last) {
      seal(task, options_.id);
      return {};
    }
    bool& holds = task.instance<Holding>(&holding_).first.holds;
    const bool held = std::exchange(holds, holds_now);
    holding_ += static_cast<int>(holds) - static_cast<int>(held);
    return {};
  }

 protected:
  /// Adds the pass's elements to the pane of its time.
  virtual Status takeElements(Task& task, StateShard& shard) = 0;
  /// Passes on the window that ends at the pass's time, then lets go of what no later one holds.
  virtual Status passOn(Task& task, StateShard& shard) = 0;

  [[nodiscard]] const WindowTiming& timing() const { return timing_; }
  [[nodiscard]] const WindowOptions& options() const { return options_; }
  [[nodiscard]] PaneLog::Place place(Task& task, StateShard& shard) const {
    return {shard, task.plan().id, task.plan().time, timing_.paneWidth()};
  }

 private:
  struct Holding final : Operator {
    explicit Holding(Task&) {}
    bool holds = false;
  };

  const WindowTiming timing_;
  const WindowOptions options_;
  std::atomic<int> holding_{0};  ///< shards that held something when the latest boundary came
};

/// Registers a window's stage, the shuffle in front of it, its state and its rule.
template <class Terminal, class Node, class T, class... Parts>
void wireWindow(const DStream<T>& stream, Node& node, const WindowTiming& timing,
                StateDeclaration declaration, std::optional<std::uint32_t> parallelism,
                Parts... parts) {
  declaration.kind += " " + timing.text();
  stream.graph()->addWindow({declaration.id, timing, stream.rdd().slide()});
  wireState<Terminal>(stream, node, std::move(declaration), parallelism, std::move(parts)...);
}

}  // namespace lockstep::detail
