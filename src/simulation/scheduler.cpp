#include "src/simulation/scheduler.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include <lockstep/rdd/accumulator_parts.hpp>

#include "src/simulation/fiber_sanitizer.hpp"

namespace lockstep::sim {
namespace {

/// Stacks are used again: making one costs more than a whole schedule's switches.
std::vector<std::unique_ptr<char[]>>& freeStacks() {
  static std::vector<std::unique_ptr<char[]>> stacks;
  return stacks;
}

std::unique_ptr<char[]> takeStack() {
  auto& stacks = freeStacks();
  if (stacks.empty()) return std::unique_ptr<char[]>(new char[kStackBytes]);
  auto stack = std::move(stacks.back());
  stacks.pop_back();
  stackIsUsedAgain(stack.get(), kStackBytes);
  return stack;
}

Scheduler* running = nullptr;  // for enter(), which takes no pointer
SanitizedStack main_stack;     // that of run()

/// The runtime's notes about caught exceptions belong to a stack, not to the thread.
struct ExceptionState {
  void* caught = nullptr;
  unsigned int uncaught = 0;
};
void swapExceptions(ExceptionState& other) {
  void* present = abi::__cxa_get_globals();
  ExceptionState saved;
  std::memcpy(&saved, present, sizeof saved);
  std::memcpy(present, &other, sizeof other);
  other = saved;
}

}  // namespace

struct Scheduler::Fiber {
  Process* process;
  Action body;
  Instant wake;
  std::uint64_t order;
  const std::function<bool()>* ready = nullptr;
  std::unique_ptr<char[]> stack;
  ucontext_t context{};
  SanitizedStack sanitized{};
  ExceptionState exceptions{};
  AccumulatorParts* counts = nullptr;  ///< of the task that it runs
  bool started = false;
  bool finished = false;
  bool killed = false;
  bool unwinding = false;
};

Scheduler::Scheduler() = default;

Scheduler::~Scheduler() {
  for (auto& fiber : fibers_) {
    fiber->killed = true;
    if (fiber->started && !fiber->finished) resume(*fiber);
  }
}

void Scheduler::spawn(Process& process, Action body) {
  auto fiber = std::make_unique<Fiber>();
  fiber->process = &process;
  fiber->body = std::move(body);
  fiber->wake = now_;
  fiber->order = next_order_++;
  fibers_.push_back(std::move(fiber));
}

void Scheduler::at(Instant when, Action action) {
  timed_.push_back({std::max(when, now_), next_order_++, std::move(action)});
}

void Scheduler::kill(Process& process) {
  for (std::size_t i = 0; i < fibers_.size(); ++i) {
    Fiber& fiber = *fibers_[i];
    if (fiber.process != &process || fiber.finished) continue;
    fiber.killed = true;
    if (fiber.started) {
      resume(fiber);
    } else {
      fiber.finished = true;
    }
  }
  std::erase_if(fibers_, [](const auto& fiber) { return fiber->finished; });
}

void Scheduler::sleepUntil(Instant when) {
  if (current_ == nullptr || current_->unwinding) return;
  current_->wake = std::max(when, now_);
  yield();
}

void Scheduler::waitFor(const std::function<bool()>& ready, Instant until) {
  if (current_ == nullptr || current_->unwinding || ready()) return;
  current_->ready = &ready;
  current_->wake = std::max(until, now_);
  yield();
}

void Scheduler::yield() {
  Fiber& fiber = *current_;
  fiber.order = next_order_++;
  beforeSwitch(&fiber.sanitized, main_stack);
  swapcontext(&fiber.context, &main_);
  afterSwitch(fiber.sanitized, &main_stack);
  fiber.ready = nullptr;
  if (fiber.killed && !fiber.unwinding) {
    fiber.unwinding = true;
    throw Killed{};
  }
}

void Scheduler::enter() {
  Scheduler& self = *running;
  Fiber& fiber = *self.current_;
  afterSwitch(fiber.sanitized, &main_stack);
  try {
    fiber.body();
  } catch (const Killed&) {
  } catch (const BrokenCheck& broken) {
    self.fail("a check of the program failed in " + fiber.process->name + ": " + broken.text);
  } catch (const std::exception& error) {
    self.fail("an exception reached the role's thread: " + std::string(error.what()));
  }
  fiber.body = nullptr;
  fiber.finished = true;
  beforeSwitch(nullptr, main_stack);
  setcontext(&self.main_);
}

void Scheduler::resume(Fiber& fiber) {
  Fiber* const outer = std::exchange(current_, &fiber);
  running = this;
  if (!fiber.started) {
    fiber.started = true;
    fiber.stack = takeStack();
    fiber.sanitized = {fiber.stack.get(), kStackBytes, nullptr};
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.get();
    fiber.context.uc_stack.ss_size = kStackBytes;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, &Scheduler::enter, 0);
  }
  swapExceptions(fiber.exceptions);
  {
    const AccumulatorParts::Scope counting(fiber.counts);  // of a thread, elsewhere
    beforeSwitch(&main_stack, fiber.sanitized);
    swapcontext(&main_, &fiber.context);
    afterSwitch(main_stack, nullptr);
    fiber.counts = AccumulatorParts::current();
  }
  swapExceptions(fiber.exceptions);
  if (fiber.finished) freeStacks().push_back(std::move(fiber.stack));
  current_ = outer;
}

void Scheduler::fail(std::string text) {
  if (!failure_) failure_ = std::move(text);
}

void Scheduler::step() {
  Fiber* next = nullptr;
  Instant best = Instant::max();
  for (const auto& fiber : fibers_) {
    const bool ready = fiber->ready != nullptr && (*fiber->ready)();
    const auto wake = std::max({ready ? now_ : fiber->wake, fiber->process->paused_until, now_});
    if (next != nullptr && (wake > best || (wake == best && fiber->order > next->order))) continue;
    best = wake;
    next = fiber.get();
  }
  const auto timed =
      std::min_element(timed_.begin(), timed_.end(), [](const auto& a, const auto& b) {
        return a.when != b.when ? a.when < b.when : a.order < b.order;
      });
  if (timed != timed_.end() && timed->when <= best) {
    now_ = std::max(now_, timed->when);
    auto action = std::move(timed->action);
    timed_.erase(timed);
    action();
    return;
  }
  if (next == nullptr) {
    fail("nothing is left to run");
    return;
  }
  now_ = best;
  resume(*next);
  std::erase_if(fibers_, [](const auto& fiber) { return fiber->finished; });
}

void Scheduler::run(const std::function<bool()>& after, std::uint64_t steps_max) {
  for (;;) {
    step();
    ++steps_;
    if (steps_ > steps_max) fail("the schedule does not end: something runs in a circle");
    if (failure_ || !after()) return;
  }
}

}  // namespace lockstep::sim
